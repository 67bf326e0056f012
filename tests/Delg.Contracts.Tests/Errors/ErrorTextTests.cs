using System.Text;
using Delg.Contracts.Errors;

namespace Delg.Contracts.Tests.Errors;

public class ErrorTextTests
{
    [Theory]
    [InlineData("", 3, "")]
    [InlineData("abcdef", 6, "abcdef")]
    [InlineData("abcdefg", 6, "abc…")]
    [InlineData("ééé", 6, "ééé")]
    [InlineData("éééé", 6, "é…")]
    [InlineData("🗼🗼🗼", 9, "🗼…")]
    public void Shortened_CutsBetweenCharactersByBytes(string text, int maxBytes, string expected) => Assert.Equal(expected, ErrorText.Shortened(text, maxBytes));

    [Fact]
    public void Failure_OfTheLongestTexts_TakesLessThan8KiBOfTrailers()
    {
        // Of characters that grow most on their way: three bytes each as UTF-8, nine when percent-encoded.
        var text = new string('\u2028', 1_000_000);
        var failure = new DelgException(Grpc.Core.StatusCode.InvalidArgument, ErrorReason.FieldInvalid, text)
        {
            Violations = [.. Enumerable.Repeat(new FieldViolation(text, text), 1000)],
            Details = new Dictionary<string, string> { ["collection"] = text, ["image_id"] = text },
            RetryDelay = TimeSpan.FromDays(1),
        };

        var sent = failure.ToRpcException();

        Assert.InRange(failure.Violations.Count, 1, DelgException.MaxViolations);
        var percentEncoded = 3 * Encoding.UTF8.GetByteCount(sent.Status.Detail);
        Assert.InRange(percentEncoded + sent.Trailers.Sum(trailer => trailer.Key.Length + (4 * trailer.ValueBytes.Length / 3) + 4), 0, 8191);
    }

    [Fact]
    public void Failure_OfOrdinaryTexts_KeepsThem()
    {
        var id = new string('i', 512);
        var failure = DelgException.ImageNotFound(new string('c', 64), id);

        Assert.EndsWith($"{id}'.", failure.Message, StringComparison.Ordinal);
        Assert.Equal(id, failure.Details["image_id"]);
    }
}
