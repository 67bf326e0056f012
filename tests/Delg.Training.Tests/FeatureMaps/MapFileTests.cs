using static TorchSharp.torch;

namespace Delg.Training.FeatureMaps;

public sealed class MapFileTests : IDisposable
{
    private static readonly MapShape _shape = new(ShallowChannels: 3, DeepChannels: 5, Side: 2);

    private readonly string _root = Directory.CreateTempSubdirectory("delg-maps").FullName;

    private string File1 => Path.Combine(_root, "a.maps");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Read_OfRecordsInAnyOrder_GivesThemBackInHalfAndFullPrecision()
    {
        using var scope = NewDisposeScope();
        Tensor shallow = rand(4, 3, 2, 2), pooled = rand(4, 5);
        using MapFile file = MapFile.Open(File1, _shape, "content");
        file.Append(shallow[..3], pooled[..3]);
        file.Append(shallow[3..], pooled[3..]);
        using var network = new Model.Network.DelgNetwork(TinyNetwork.Layout);
        (Tensor foundShallow, Tensor foundPooled) = file.Read([3, 1], [7, 8]).Features(network, CPU);
        Tensor picked = tensor(new long[] { 3, 1 });
        Assert.True(foundPooled.equal(pooled.index_select(0, picked)).all().item<bool>());
        Assert.True(foundShallow.equal(shallow.index_select(0, picked).to_type(ScalarType.Float16).to_type(ScalarType.Float32)).all().item<bool>());
    }

    [Fact]
    public void Open_OfABrokenOffFile_GoesOnAfterItsLastWholeRecord()
    {
        using var scope = NewDisposeScope();
        using (MapFile file = MapFile.Open(File1, _shape, "content")) file.Append(rand(2, 3, 2, 2), rand(2, 5));
        using (FileStream torn = File.OpenWrite(File1)) torn.SetLength(torn.Length - 1);
        using MapFile again = MapFile.Open(File1, _shape, "content");
        Assert.Equal(1, again.Count);
        Assert.Throws<EndOfStreamException>(() => again.Read([1], [0]));
    }

    [Theory]
    [InlineData("other", 2)]
    [InlineData("content", 3)]
    public void Open_OfOtherContentOrShape_BeginsAnew(string content, int side)
    {
        using var scope = NewDisposeScope();
        using (MapFile file = MapFile.Open(File1, _shape, "content")) file.Append(rand(2, 3, 2, 2), rand(2, 5));
        using MapFile again = MapFile.Open(File1, _shape with { Side = side }, content);
        Assert.Equal(0, again.Count);
    }
}
