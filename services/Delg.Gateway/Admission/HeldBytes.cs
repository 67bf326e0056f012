using Delg.Contracts.Errors;

namespace Delg.Gateway.Admission;

/// <summary>The bytes of one request, among all that are counted. One thread at a time.</summary>
internal sealed class HeldBytes(RequestBytes all) : IDisposable
{
    private long _read;
    private long _counted;

    /// <summary>The failure of a request that was refused; null: it was not. Whoever read it may have failed for another reason given.</summary>
    public DelgException? Refusal { get; private set; }

    /// <summary>Counts bytes that have come.</summary>
    /// <exception cref="DelgException">GATEWAY_BUSY.</exception>
    public void Take(long bytes)
    {
        _read += bytes;
        var more = RequestBytes.CountedOf(_read) - _counted;
        if (!all.TryTake(more, _counted))
            throw Refusal = all.Full();
        _counted += more;
    }

    public void Dispose()
    {
        all.Leave(_counted);
        _counted = 0;
    }
}
