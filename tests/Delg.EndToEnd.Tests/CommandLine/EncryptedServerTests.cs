using System.Text.Json.Nodes;
using Delg.EndToEnd.Tests.Processes;
using Delg.ServiceDefaults.Tests.Tls;

namespace Delg.EndToEnd.Tests.CommandLine;

public sealed class EncryptedServerTests
{
    private const string AnyPort = "http://127.0.0.1:0";

    [Fact]
    public async Task List_FromAServerThatAsksForCertificates_NeedsTheAuthorityAndOneOfItsOwn()
    {
        using var home = new TemporaryFolder();
        using var authority = new TestAuthority();
        var (shown, client) = (authority.Server(), authority.Client());
        await using var server = DelgCommand.Start(
            home,
            new Dictionary<string, string>
            {
                ["DELG_Gateway__Listen"] = "https://127.0.0.1:0",
                ["DELG_Gateway__HttpListen"] = AnyPort,
                ["DELG_Extractor__Listen"] = AnyPort,
                ["DELG_GlobalIndex__Listen"] = AnyPort,
                ["DELG_LocalVerifier__Listen"] = AnyPort,
                ["DELG_Gateway__Tls__CertificateFile"] = shown.Certificate,
                ["DELG_Gateway__Tls__KeyFile"] = shown.Key,
                ["DELG_Gateway__Tls__ClientAuthorityFile"] = authority.AuthorityFile,
            },
            "serve",
            "--json");
        var address = (await DelgCommand.AnswerAsync(server))["addresses"]!["gateway"]!.GetValue<string>();

        var trusting = await ListAsync(home, "--authority", authority.AuthorityFile, "--certificate", client.Certificate, "--certificate-key", client.Key);
        var silent = await ListAsync(home, "--authority", authority.AuthorityFile);
        var distrusting = await ListAsync(home, "--certificate", client.Certificate, "--certificate-key", client.Key);

        Assert.StartsWith("https://", address, StringComparison.Ordinal);
        Assert.Equal((0, "[]"), (trusting.Code, trusting.Answer["collections"]?.ToJsonString()));
        Assert.Equal((1, 1), (silent.Code, distrusting.Code));
        Assert.Contains("--authority", distrusting.Answer["error"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    private static async Task<(int Code, JsonObject Answer)> ListAsync(TemporaryFolder home, params string[] options)
    {
        await using var run = DelgCommand.Start(home, ["list", .. options, "--json"]);
        var code = await run.EndAsync();
        return (code, JsonNode.Parse(run.Output)!.AsObject());
    }
}
