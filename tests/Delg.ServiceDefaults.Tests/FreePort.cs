using System.Net;
using System.Net.Sockets;

namespace Delg.ServiceDefaults.Tests;

/// <summary>
/// Ports of loopback for programs that must be told theirs, or be started again on it. They lie below those that the system gives out by itself, and
/// each is claimed until this process ends: nobody else takes one between its choice and its use, or while its program is down.
/// </summary>
internal static class FreePort
{
    // Linux gives out 32768 and up (net.ipv4.ip_local_port_range); below 20000 are those that programs have by default.
    private const int First = 20_000;
    private const int End = 32_768;

    private const int MostTries = 1000;

    private static readonly List<FileStream> _claims = [];

    /// <summary>A port that nobody listens on and no other test has.</summary>
    public static int Take()
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            var port = Random.Shared.Next(First, End);
            if (Claim(port) is not { } claim)
                continue;
            // Kept even when the port is in use: it is of no use to the next who asks either.
            lock (_claims)
                _claims.Add(claim);
            if (IsFree(port))
                return port;
        }

        throw new InvalidOperationException($"None of {MostTries} ports from {First} to {End - 1} is free.");
    }

    private static FileStream? Claim(int port)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "delg-test-ports"));
        try
        {
            return new FileStream(Path.Combine(folder.FullName, $"{port}"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
