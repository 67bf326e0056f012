using System.Reflection;
using System.Text.RegularExpressions;
using Delg.Contracts.Errors;
using Delg.Imaging.Decoding;

namespace Delg.Deployment.Tests.Repository;

/// <summary>Clients branch on reasons: each that is documented is seen by a test that provokes it.</summary>
public sealed partial class ErrorReasonsTests
{
    // These make failures by hand to see how they travel.
    private const string NotProvoking = "Delg.Contracts.Tests";

    [Fact]
    public void Reasons_Documented_AreAllAssertedByATestThatProvokesThem()
    {
        var asserted = TestFiles()
            .SelectMany(File.ReadLines)
            .Where(line => Assertion().IsMatch(line))
            .SelectMany(line => Reason().Matches(line))
            .Select(match => match.Value)
            .ToHashSet(StringComparer.Ordinal);

        Assert.Empty(Reasons(typeof(ErrorReason)).Concat(Reasons(typeof(ImageDecodeReason))).Except(asserted));
    }

    private static IEnumerable<string> Reasons(Type list) => list.GetFields(BindingFlags.Public | BindingFlags.Static)
        .Where(field => field.Name != nameof(ErrorReason.Domain))
        .Select(field => $"{list.Name}.{field.Name}");

    private static IEnumerable<string> TestFiles() => Directory.EnumerateFiles(Clone.PathOf("tests"), "*.cs", SearchOption.AllDirectories)
        .Where(path => Path.GetRelativePath(Clone.PathOf("tests"), path).Split(Path.DirectorySeparatorChar) is [not NotProvoking, .., var file] parts
            && !parts.Contains("obj") && (file.EndsWith("Tests.cs", StringComparison.Ordinal) || file.EndsWith("Conformance.cs", StringComparison.Ordinal)));

    /// <summary>An assertion, or a row of a theory's data.</summary>
    [GeneratedRegex(@"(Assert|InlineData|Problem)\w*[.(]")]
    private static partial Regex Assertion();

    [GeneratedRegex(@"\b(ErrorReason|ImageDecodeReason)\.\w+")]
    private static partial Regex Reason();
}
