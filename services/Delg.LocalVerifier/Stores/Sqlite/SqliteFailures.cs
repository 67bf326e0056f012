using Delg.Contracts.Errors;
using Grpc.Core;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Delg.LocalVerifier.Stores.Sqlite;

/// <summary>What SQLite's errors mean to the caller.</summary>
internal static class SqliteFailures
{
    /// <summary>The failure as one of the error model; itself where the fault is ours.</summary>
    public static Exception Translate(SqliteException failure) => failure.SqliteErrorCode switch
    {
        raw.SQLITE_FULL => new DelgException(StatusCode.ResourceExhausted, ErrorReason.StoreFull, "The disk of the local features is full.", failure),
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => new DelgException(
            StatusCode.DataLoss, ErrorReason.StoredDataCorrupt, "The file of the local features is damaged: restore it, or index the images again.", failure),
        raw.SQLITE_BUSY or raw.SQLITE_IOERR => new DelgException(
            StatusCode.Unavailable, ErrorReason.DependencyUnavailable, "The file of the local features cannot be reached; see the log.", failure),
        _ => failure,
    };
}
