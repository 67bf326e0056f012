using Delg.Gateway.Tests.Fakes;
using Delg.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Delg.Gateway.Tests;

/// <summary>Fused ranking: by the options, else by the weights, else as built in. The hit has similarity 1 and 30 effective inliers.</summary>
public class ModelFusionTests
{
    private const float BuiltIn = 1 + (0.5f * 30 / 40);

    [Fact]
    public async Task Search_WeightsSayHow_RanksSoAndAsksOnce()
    {
        await using var gateway = await StartAsync();
        gateway.Backends.Extractor.Fusion = new FusionDefaults { Weight = 0.25, Cap = 60 };

        Assert.Equal(1 + (0.25f * 30 / 60), await ScoreAsync(gateway), 5);
        Assert.Equal(1 + (0.25f * 30 / 60), await ScoreAsync(gateway), 5);
        Assert.Equal(1, gateway.Backends.Extractor.ModelRequests);
    }

    [Fact]
    public async Task Search_DescriptorsOfAnotherModel_RanksThemAsBuiltInAndKeepsWhatIsKnown()
    {
        await using var gateway = await StartAsync();
        gateway.Backends.Extractor.Fusion = new FusionDefaults { Weight = 0.25, Cap = 60 };
        var features = new QueryFeatures
        {
            Global = gateway.Backends.Extractor.Descriptor(1),
            Local = gateway.Backends.Extractor.Features(new ImageSize { Width = 9, Height = 9 }),
        };
        (features.Global.ModelId, features.Local.ModelId) = ("other@000000000000", "other@000000000000");

        Assert.Equal(1 + (0.25f * 30 / 60), await ScoreAsync(gateway), 5);
        var other = await gateway.Client.SearchImagesAsync(new SearchImagesRequest { Features = features });
        Assert.Equal(BuiltIn, other.Hits[0].Score, 5);
        Assert.Equal(1 + (0.25f * 30 / 60), await ScoreAsync(gateway), 5);
        Assert.Equal(1, gateway.Backends.Extractor.ModelRequests);
    }

    [Fact]
    public async Task Search_OptionsSayHow_RanksSoWhateverTheWeightsSay()
    {
        await using var gateway = await StartAsync(("FusionWeight", "1"), ("FusionCap", "30"));
        gateway.Backends.Extractor.Fusion = new FusionDefaults { Weight = 0.25, Cap = 60 };

        Assert.Equal(2, await ScoreAsync(gateway), 5);
        Assert.Equal(0, gateway.Backends.Extractor.ModelRequests);
    }

    [Fact]
    public async Task Search_OneOptionIsSet_TheOtherIsTheWeights()
    {
        await using var gateway = await StartAsync(("FusionWeight", "1"));
        gateway.Backends.Extractor.Fusion = new FusionDefaults { Weight = 0.25, Cap = 60 };

        Assert.Equal(1.5f, await ScoreAsync(gateway), 5);
    }

    [Fact]
    public async Task Search_WeightsSayNothing_RanksAsBuiltIn()
    {
        await using var gateway = await StartAsync();

        Assert.Equal(BuiltIn, await ScoreAsync(gateway), 5);
    }

    [Fact]
    public async Task Search_ModelIsNotTold_RanksAsBuiltInAndDoesNotAskEachTime()
    {
        await using var gateway = await StartAsync();
        gateway.Backends.Extractor.ModelFailure = new RpcException(new Status(StatusCode.Unavailable, "away"));

        Assert.Equal(BuiltIn, await ScoreAsync(gateway), 5);
        // Several: a channel repeats a read by itself.
        var asked = gateway.Backends.Extractor.ModelRequests;
        Assert.Equal(BuiltIn, await ScoreAsync(gateway), 5);
        Assert.Equal(asked, gateway.Backends.Extractor.ModelRequests);
        Assert.True(asked > 0);
    }

    private static async Task<GatewayHost> StartAsync(params (string Key, string Value)[] settings)
    {
        var gateway = await GatewayHost.StartAsync(settings);
        gateway.Backends.Index.Collections["default"] = new Collection { Name = "default" };
        gateway.Backends.Index.Neighbors.Add(new Neighbor { ImageId = "a", Similarity = 1 });
        gateway.Backends.Verifier.Inliers["a"] = (40, 30);
        return gateway;
    }

    private static async Task<float> ScoreAsync(GatewayHost gateway) =>
        (await gateway.Client.SearchImagesAsync(new SearchImagesRequest { Image = ByteString.CopyFrom(1) })).Hits[0].Score;
}
