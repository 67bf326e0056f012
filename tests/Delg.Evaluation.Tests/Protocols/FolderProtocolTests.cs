using System.Text.Json;
using Delg.Evaluation.Protocols;

namespace Delg.Evaluation.Tests.Protocols;

public sealed class FolderProtocolTests
{
    // 0, 1, 2: one group; 3, 4: another family; 5: a group of one; 6: a distractor.
    private static readonly FolderProtocol _protocol = new(
    [
        new("a", "fr_arch"), new("b", "fr_arch"), new("c", "fr_arch"), new("d", "db_dog_2"), new("e", "db_dog_2"), new("f", "lonely"), new("g", null),
    ]);

    private static readonly JsonSerializerOptions _snakeCase = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    [Fact]
    public void Family_GroupName_EndsAtTheFirstUnderscore()
    {
        Assert.Equal("db", new GroupedImage("d", "db_dog_2").Family);
        Assert.Equal("lonely", new GroupedImage("f", "lonely").Family);
        Assert.Null(new GroupedImage("g", null).Family);
    }

    [Fact]
    public void Queries_GroupOfOneAndDistractor_AreNotAsked() => Assert.Equal([0, 1, 2, 3, 4], _protocol.Queries);

    [Fact]
    public void Judge_PositivesFirst_IsPerfect()
    {
        var outcome = _protocol.Judge(1, [2, 0, 6, 5, 4, 3]);

        Assert.Equal(new QueryOutcome("fr", 1, true), outcome);
    }

    [Fact]
    public void Judge_OnePositiveSecondOneMissing_CountsHalfTheRecall()
    {
        var outcome = _protocol.Judge(0, [6, 1, 3]);

        // One of two positives, at rank 1: precision 0 before it, 1/2 after it.
        Assert.Equal(new QueryOutcome("fr", 0.125, false), outcome);
    }

    [Fact]
    public void Judge_QueryInItsOwnAnswer_Throws() => Assert.Throws<ArgumentException>(() => _protocol.Judge(0, [0, 1, 2]));

    [Fact]
    public void Of_FamiliesOfUnequalSize_WeighTheSame()
    {
        var scores = MethodScores.Of([new("big", 1, true), new("big", 1, true), new("big", 0.4, false), new("small", 0.2, false)]);

        Assert.Equal((0.8 + 0.2) / 2, scores.Map, 12);
        Assert.Equal((2 / 3.0 + 0) / 2, scores.RecallAt1, 12);
        Assert.Equal(3, scores.Families["big"].Queries);
        Assert.Equal(0.8, scores.Families["big"].Map, 12);
    }

    [Fact]
    public void Of_NoOutcomes_Throws() => Assert.Throws<ArgumentException>(() => MethodScores.Of([]));

    [Fact]
    public void MethodScores_AsJson_HasTheKeysScriptsRelyOn()
    {
        var json = JsonSerializer.Serialize(MethodScores.Of([new("fr", 0.5, true)]), _snakeCase);

        Assert.Equal("""{"map":0.5,"recall_at_1":1,"families":{"fr":{"map":0.5,"recall_at_1":1,"queries":1}}}""", json);
    }
}
