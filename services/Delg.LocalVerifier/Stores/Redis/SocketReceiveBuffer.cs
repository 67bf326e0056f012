using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;
using StackExchange.Redis.Configuration;

namespace Delg.LocalVerifier.Stores.Redis;

/// <summary>
/// Sets what the kernel keeps of a connection until it is read, as far as the kernel allows: where a whole reply has room, Redis writes it at once and is
/// not woken for each part of it. The kernel's own choice begins small and differs between connections.
/// </summary>
/// <param name="bytes">At least 1.</param>
internal sealed class SocketReceiveBuffer(int bytes) : Tunnel
{
    public override ValueTask BeforeSocketConnectAsync(EndPoint endPoint, ConnectionType connectionType, Socket? socket, CancellationToken cancellationToken)
    {
        if (socket is not null && connectionType == ConnectionType.Interactive)
            socket.ReceiveBufferSize = bytes;
        return default;
    }
}
