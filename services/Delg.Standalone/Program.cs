using Delg.ServiceDefaults.Hosting;
using Delg.Standalone;

return await ServiceProcess.RunAsync(async () =>
{
    await using var system = await StandaloneSystem.StartAsync(new StandaloneOptions { Arguments = args });
    Console.WriteLine($"gRPC {system.Addresses.Gateway}  HTTP {system.Addresses.GatewayHttp}");
    await StopSignal.WaitAsync();
    await system.StopAsync();
});
