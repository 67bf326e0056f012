using Delg.Model.Network;
using Delg.Model.Tests.Weights.Import;
using Delg.Model.Weights;

namespace Delg.Cli.Tests.Import;

public sealed class ImportCommandTests : IDisposable
{
    private static readonly ModelLayout _layout = ModelLayout.TensorFlowSlim with { Width = 4, GlobalDimension = 24, LocalDimension = 8, AttentionDimension = 16 };

    private readonly string _folder = Directory.CreateTempSubdirectory("delg-import-").FullName;

    private string Bundle => Path.Combine(_folder, "r50delg_gld_20200814");

    private string Output => Path.Combine(_folder, "w.safetensors");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task ImportTf_ReleasedGraph_WritesWeightsThatShowTells()
    {
        WriteBundle();

        var run = await CliRun.OfAsync("import", "tf", Bundle, "--licence", "Apache-2.0", "--out", Output, "--json");

        Assert.Equal(0, run.ExitCode);
        var report = run.Json();
        Assert.Equal("resnet_v1_50/block1/unit_1/bottleneck_v1/conv1/weights", (string)report["used"]!.AsArray().First(u => (string?)u!["becomes"] == "trunk.layer1.0.conv1.weight")!["name"]!);
        Assert.Contains(report["unused"]!.AsArray(), t => (string)t!["name"]! == "global_step");
        Assert.Equal("local.attention.conv1.bias", (string)Assert.Single(report["missing"]!.AsArray())!["name"]!);

        var show = (await CliRun.OfAsync("model", "show", Output, "--json")).Json();
        Assert.Equal((string)report["model_id"]!, (string)show["model_id"]!);
        Assert.StartsWith("r50delg_gld_20200814@", (string)show["model_id"]!, StringComparison.Ordinal);
        Assert.Equal("LastUnit", (string)show["layout"]!["stride"]!);
        Assert.Equal(32, (int)show["layout"]!["local_stride_pixels"]!);
        Assert.Equal(7, show["scales"]!.AsArray().Count);
        Assert.Equal(175f, (float)show["attention_threshold"]!);
        Assert.Equal("Apache-2.0", (string)show["licence"]!);
        Assert.Contains("r50delg_gld_20200814", (string)show["source"]!, StringComparison.Ordinal);
        using var network = new DelgNetwork(_layout);
        Assert.Equal(network.parameters().Sum(p => p.numel()), (long)show["parameter_count"]!);
    }

    [Fact]
    public async Task ImportTf_WithoutJson_ListsEveryTensor()
    {
        WriteBundle();

        var run = await CliRun.OfAsync("import", "tf", Bundle, "--out", Output, "--threshold", "3");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("used     resnet_v1_50/conv1/weights float32 [7, 7, 3, 4] → trunk.conv1.weight", run.Output, StringComparison.Ordinal);
        Assert.Contains("unused   global_step int64 []", run.Output, StringComparison.Ordinal);
        Assert.Contains("missing  local.attention.conv1.bias", run.Output, StringComparison.Ordinal);
        Assert.Contains("attention_threshold", (await CliRun.OfAsync("model", "show", Output)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ImportTf_DamagedData_Exits1AndLeavesNoFile()
    {
        WriteBundle();
        var data = Directory.GetFiles(Path.Combine(Bundle, "variables"), "*.data-00001-of-00002").Single();
        var bytes = File.ReadAllBytes(data);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(data, bytes);

        var run = await CliRun.OfAsync("import", "tf", Bundle, "--out", Output, "--json");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("checksum", (string)run.Json()["error"]!, StringComparison.Ordinal);
        Assert.Equal([Bundle], Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public async Task ImportTorch_OurOwnSafetensors_IsRenamed()
    {
        var run = await CliRun.OfAsync("import", "torch", TinyModel.Path, "--name", "other", "--out", Output, "--json");

        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("other@", (string)run.Json()["model_id"]!, StringComparison.Ordinal);
        using var model = DelgWeights.Load(Output);
        Assert.Equal([0.5f, 1f], model.Manifest.Scales);
    }

    [Fact]
    public async Task ImportTorch_OverItself_Exits2()
    {
        var run = await CliRun.OfAsync("import", "torch", TinyModel.Path, "--out", TinyModel.Path);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--out", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--local-stride", "8")]
    [InlineData("--layout", "vgg")]
    [InlineData("--storage", "Int4")]
    public async Task Import_OptionOutOfRange_Exits2(string option, string value) =>
        Assert.Equal(2, (await CliRun.OfAsync("import", "torch", TinyModel.Path, option, value, "--out", Output)).ExitCode);

    [Fact]
    public async Task ImportTorch_OtherFile_Exits1()
    {
        File.WriteAllText(Path.Combine(_folder, "x.pth"), "text");
        var run = await CliRun.OfAsync("import", "torch", Path.Combine(_folder, "x.pth"), "--out", Output);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("torch.save", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Output));
    }

    [Fact]
    public async Task ModelShow_WithoutFile_ShowsTheShippedWeights()
    {
        var show = (await CliRun.OfAsync("model", "show", "--json")).Json();
        Assert.Equal(28_494_017, (long)show["parameter_count"]!);
        Assert.Equal("Apache-2.0", (string)show["licence"]!);
        // How fused ranking was tuned for them.
        Assert.Equal((0.5, 40), ((double)show["verification"]!["fusion_weight"]!, (double)show["verification"]!["fusion_cap"]!));
    }

    private void WriteBundle()
    {
        using var network = new DelgNetwork(_layout);
        ForeignBundles.Slim(network).Write(Path.Combine(Bundle, "variables", "variables"));
    }
}
