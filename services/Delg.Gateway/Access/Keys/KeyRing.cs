using Microsoft.Extensions.Options;

namespace Delg.Gateway.Access.Keys;

/// <summary>
/// The API keys that are taken now. The file's contents are looked at now and then, since what tells of changes does not see through the links behind
/// which Kubernetes swaps a mounted secret. A file that is gone or not right changes nothing: the keys of before go on.
/// </summary>
internal sealed partial class KeyRing(IOptions<AccessOptions> options, ILogger<KeyRing> logger) : BackgroundService
{
    private byte[] _contents = [];
    private Dictionary<string, KeyRecord> _records = [];

    /// <summary>Whose key a text is; null: nobody's.</summary>
    public Caller? Find(string text) =>
        ApiKey.TryParse(text, out var key) && Volatile.Read(ref _records).TryGetValue(key.Id, out var record) && key.Matches(record.Sha256)
            ? new Caller(record.Id, record.Role, record.Collections, record.RequestsPerSecond)
            : null;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.KeyFile.Length > 0)
            Read();
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.KeyFile.Length == 0)
            return;
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.Value.KeyFileSeconds));
        var isRead = true;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                Read();
                isRead = true;
            }
            catch (KeyFileException failure)
            {
                // Once, not at every look.
                if (isRead)
                    LogUnreadable(failure.Message);
                isRead = false;
            }
        }
    }

    private void Read()
    {
        var contents = KeyFile.ReadBytes(options.Value.KeyFile);
        if (contents.AsSpan().SequenceEqual(_contents))
            return;
        var records = KeyFile.Parse(options.Value.KeyFile, contents).ToDictionary(record => record.Id);
        Volatile.Write(ref _records, records);
        _contents = contents;
        LogRead(records.Count, options.Value.KeyFile);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} API keys are taken, from '{File}'")]
    private partial void LogRead(int count, string file);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Failure} The keys of before go on being taken.")]
    private partial void LogUnreadable(string failure);
}
