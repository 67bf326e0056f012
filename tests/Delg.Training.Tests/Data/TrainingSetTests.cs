namespace Delg.Training.Data;

public sealed class TrainingSetTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("delg-set").FullName;

    public TrainingSetTests()
    {
        foreach (string file in new[] { "towns/a/1.jpg", "towns/a/2.jpg", "towns/b/1.jpg", "things/x/1.jpg", "things/x/2.JPG", "things/notes.txt" })
        {
            string path = Path.Combine(_root, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, []);
        }
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Read_ByFolder_MakesEachFolderAClass()
    {
        TrainingSet set = TrainingSet.Read(_root, LabelRule.Folder, []);
        Assert.Equal(3, set.LabelCount);
        Assert.Equal(["things/x", "things/x", "towns/a", "towns/a", "towns/b"], set.Photos.Select(p => p.Folder));
        Assert.Equal([0, 0, 1, 1, 2], set.Photos.Select(p => p.Label));
    }

    [Fact]
    public void Read_ByInstance_KeepsTheFoldersOfInstancesTogether()
    {
        TrainingSet set = TrainingSet.Read(_root, LabelRule.Instance, ["towns"]);
        Assert.Equal([0, 1, 2, 2, 3], set.Photos.Select(p => p.Label));
        Assert.Equal(4, set.LabelCount);
    }

    [Fact]
    public void Read_OfAList_TakesPathsRelativeToIt()
    {
        string list = Path.Combine(_root, "list.txt");
        File.WriteAllLines(list, ["towns/a/1.jpg Rome", "", "things/x/1.jpg\tvase", "towns/b/1.jpg Rome"]);
        TrainingSet set = TrainingSet.Read(list, LabelRule.Folder, []);
        Assert.Equal(["Rome", "vase", "Rome"], set.Photos.Select(p => p.Folder));
        Assert.Equal([0, 1, 0], set.Photos.Select(p => p.Label));
        Assert.All(set.Photos, p => Assert.True(File.Exists(p.Path)));
    }

    [Fact]
    public void Read_OfWhatIsNoTrainingSet_SaysWhy()
    {
        Assert.Contains("nowhere", Assert.Throws<FileNotFoundException>(() => TrainingSet.Read(Path.Combine(_root, "nowhere"), LabelRule.Folder, [])).Message, StringComparison.Ordinal);
        Assert.Contains("two classes", Assert.Throws<InvalidDataException>(() => TrainingSet.Read(Path.Combine(_root, "towns", "a"), LabelRule.Folder, [])).Message, StringComparison.Ordinal);
        Assert.Contains("'rivers'", Assert.Throws<InvalidDataException>(() => TrainingSet.Read(_root, LabelRule.Instance, ["rivers"])).Message, StringComparison.Ordinal);
        string list = Path.Combine(_root, "list.txt");
        File.WriteAllLines(list, ["towns/a/1.jpg"]);
        Assert.Contains("line 1", Assert.Throws<InvalidDataException>(() => TrainingSet.Read(list, LabelRule.Folder, [])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Split_OfClassesOfAllSizes_HoldsBackAShareAndLeavesEachClassAPhoto()
    {
        TrainingSet set = Numbered(classes: 20, photos: c => 1 + c);
        (TrainingSet training, IReadOnlyList<TrainingPhoto> held) = set.Split(0.2, seed: 4);
        Assert.Empty(training.Photos.Select(p => p.Path).Intersect(held.Select(p => p.Path)));
        Assert.Equal(set.Photos.Count, training.Photos.Count + held.Count);
        Assert.Equal(Enumerable.Range(0, 20), training.Photos.Select(p => p.Label).Distinct().Order());
        Assert.Equal(20, training.LabelCount);
        Assert.InRange(held.Count, 0.15 * set.Photos.Count, 0.25 * set.Photos.Count);
        Assert.Equal(held, set.Split(0.2, seed: 4).Held);
        Assert.NotEqual(held, set.Split(0.2, seed: 5).Held);
        Assert.Empty(set.Split(0, seed: 4).Held);
    }

    [Fact]
    public void Split_OfCopies_KeepsThemOnOneSide()
    {
        TrainingSet set = Numbered(classes: 6, photos: _ => 12, copies: 3);
        (TrainingSet training, IReadOnlyList<TrainingPhoto> held) = set.Split(0.4, seed: 1);
        Assert.NotEmpty(held);
        Assert.Empty(training.Photos.Select(p => File.ReadAllText(p.Path)).Intersect(held.Select(p => File.ReadAllText(p.Path))));
    }

    /// <summary>Files of text that is another for each photo, or for so many copies.</summary>
    private TrainingSet Numbered(int classes, Func<int, int> photos, int copies = 1)
    {
        string root = Path.Combine(_root, "numbered");
        for (int c = 0; c < classes; c++)
        {
            Directory.CreateDirectory(Path.Combine(root, $"{c:00}"));
            for (int i = 0; i < photos(c); i++) File.WriteAllText(Path.Combine(root, $"{c:00}", $"{i:00}.png"), $"{c} {i / copies}");
        }
        return TrainingSet.Read(root, LabelRule.Folder, []);
    }
}
