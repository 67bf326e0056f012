namespace Delg.Gateway.Access.Rates;

/// <summary>Holds so many tokens, and fills again at a steady rate; each request takes one.</summary>
/// <param name="perSecond">Tokens that come in a second.</param>
/// <param name="capacity">Tokens it holds; so many are in it at first.</param>
/// <param name="time">The clock.</param>
internal sealed class TokenBucket(double perSecond, int capacity, TimeProvider time)
{
    private readonly Lock _turn = new();
    private double _tokens = capacity;
    private long _filledAt = time.GetTimestamp();

    /// <summary>Time until it is as good as a new one, seconds.</summary>
    public double SecondsUntilFull
    {
        get
        {
            lock (_turn)
            {
                Fill();
                return (capacity - _tokens) / perSecond;
            }
        }
    }

    /// <summary>Takes one token. Where there is none, takes nothing and answers how long it is until there is one; else zero.</summary>
    public TimeSpan Take()
    {
        lock (_turn)
        {
            Fill();
            if (_tokens < 1)
                return TimeSpan.FromSeconds((1 - _tokens) / perSecond);
            _tokens--;
            return TimeSpan.Zero;
        }
    }

    private void Fill()
    {
        var now = time.GetTimestamp();
        _tokens = Math.Min(capacity, _tokens + (time.GetElapsedTime(_filledAt, now).TotalSeconds * perSecond));
        _filledAt = now;
    }
}
