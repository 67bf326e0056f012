using Grpc.Core;
using Grpc.Reflection.V1Alpha;

namespace Delg.ServiceDefaults.Tests.Hosting;

public sealed class ReflectionTests
{
    [Fact]
    public async Task Reflection_On_ListsTheServices()
    {
        await using var service = await TestService.StartAsync(settings: [("Test:Reflection", "true")]);

        var names = await ListAsync(service);

        Assert.Contains("delg.v1.GlobalIndexService", names);
        Assert.Contains("grpc.health.v1.Health", names);
    }

    [Fact]
    public async Task Reflection_ByDefault_IsOff()
    {
        await using var service = await TestService.StartAsync();

        var failure = await Assert.ThrowsAsync<RpcException>(() => ListAsync(service));

        Assert.Equal(StatusCode.Unimplemented, failure.StatusCode);
    }

    private static async Task<IReadOnlyList<string>> ListAsync(TestService service)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var call = new ServerReflection.ServerReflectionClient(service.Channel).ServerReflectionInfo(cancellationToken: cancellation);
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" }, cancellation);
        Assert.True(await call.ResponseStream.MoveNext(cancellation));
        var names = call.ResponseStream.Current.ListServicesResponse.Service.Select(listed => listed.Name).ToList();
        await call.RequestStream.CompleteAsync();
        return names;
    }
}
