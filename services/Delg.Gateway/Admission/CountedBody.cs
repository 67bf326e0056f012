using System.Buffers;
using System.IO.Pipelines;
using Delg.Contracts.Errors;
using Microsoft.AspNetCore.Http.Features;

namespace Delg.Gateway.Admission;

/// <summary>The body of a request, whose bytes are counted as they come.</summary>
/// <param name="body">The body.</param>
/// <param name="held">Where they are counted.</param>
/// <param name="failure">What the reader is to be told when there is no room for more.</param>
internal sealed class CountedBody(PipeReader body, HeldBytes held, Func<DelgException, Exception> failure) : PipeReader, IRequestBodyPipeFeature
{
    private ReadOnlySequence<byte> _given;

    // What was given before and not taken, and so is given again.
    private long _counted;

    public PipeReader Reader => this;

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => Counted(await body.ReadAsync(cancellationToken));

    public override bool TryRead(out ReadResult result)
    {
        if (!body.TryRead(out result))
            return false;
        result = Counted(result);
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _counted = _given.Slice(consumed).Length;
        _given = default;
        body.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => body.CancelPendingRead();

    public override void Complete(Exception? exception = null) => body.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => body.CompleteAsync(exception);

    private ReadResult Counted(ReadResult result)
    {
        try
        {
            held.Take(result.Buffer.Length - _counted);
        }
        catch (DelgException refused)
        {
            // So that their memory is free again at once.
            body.AdvanceTo(result.Buffer.End);
            throw failure(refused);
        }

        (_given, _counted) = (result.Buffer, result.Buffer.Length);
        return result;
    }
}
