namespace Delg.GlobalIndex.Milvus.Wire;

/// <summary>What every answer of Milvus tells: how the call went.</summary>
internal interface IAnswer
{
    /// <summary>Null is success, as the empty message is.</summary>
    public Status? Status { get; }
}

internal sealed partial class Status : IAnswer
{
    Status? IAnswer.Status => this;
}

internal sealed partial class GetVersionResponse : IAnswer;

internal sealed partial class CheckHealthResponse : IAnswer;

internal sealed partial class DescribeCollectionResponse : IAnswer;

internal sealed partial class ShowCollectionsResponse : IAnswer;

internal sealed partial class DescribeIndexResponse : IAnswer;

internal sealed partial class GetLoadStateResponse : IAnswer;

internal sealed partial class GetLoadingProgressResponse : IAnswer;

internal sealed partial class MutationResult : IAnswer;

internal sealed partial class SearchResults : IAnswer;

internal sealed partial class QueryResults : IAnswer;

internal sealed partial class FlushResponse : IAnswer;

internal sealed partial class AllocTimestampResponse : IAnswer;
