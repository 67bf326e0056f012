using System.ComponentModel.DataAnnotations;

namespace Delg.LocalVerifier.Stores.Sqlite;

/// <summary>Options of the embedded store: keys of <c>LocalVerifier:Sqlite</c>, e.g. <c>DELG_LocalVerifier__Sqlite__MapBytes</c>.</summary>
public sealed class SqliteStoreOptions
{
    /// <summary>
    /// Page of a new file, bytes: a power of two from 4096 to 65536. A file that is there keeps its own. Default 16384: 100 values of 144 KB are read in
    /// half the time they take from pages of 4096; larger pages win little more, and a commit of few values writes more of them.
    /// </summary>
    [AllowedValues(4096, 8192, 16384, 32768, 65536)]
    public int PageBytes { get; set; } = 16384;

    /// <summary>
    /// Bytes of the file read through a memory map. Default 0, none: a map saves a fourth of a read's time, but a disk that fails under it ends the
    /// process where a plain read is an error.
    /// </summary>
    [Range(0, long.MaxValue)]
    public long MapBytes { get; set; }

    /// <summary>Reads at the same time, over all calls; each has a connection of its own. Default 0: as many as there are processors.</summary>
    [Range(0, 1024)]
    public int ReadConnections { get; set; }

    /// <summary>
    /// Bytes of buffers kept for the next reads at most; those in use are not counted. Default 256 MiB: what eight queries at once hold on two processors
    /// of candidates in FLOAT32, and then some. 0: none.
    /// </summary>
    [Range(0, long.MaxValue)]
    public long MaxBufferBytes { get; set; } = 256 * 1024 * 1024;

    /// <summary>Writes that wait for the disk and may share one transaction; as many more may be queued behind them. Default 64.</summary>
    [Range(1, 10_000)]
    public int MaxWritesPerCommit { get; set; } = 64;

    /// <summary>Images of a collection that is deleted removed in one transaction, between which other writes have their turn. Default 256.</summary>
    [Range(1, 100_000)]
    public int DeleteBatchImages { get; set; } = 256;

    /// <summary>The write-ahead log is cut back to this after it has grown, bytes. Default 64 MiB.</summary>
    [Range(0, long.MaxValue)]
    public long MaxLogBytes { get; set; } = 64 * 1024 * 1024;
}
