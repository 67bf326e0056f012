using Delg.Gateway;
using Delg.ServiceDefaults.Hosting;

return await ServiceProcess.RunAsync(
    args,
    builder =>
    {
        builder.AddServiceDefaults(GatewayHosting.Section, GatewayHosting.DefaultPort, GatewayHosting.DefaultHttpPort);
        builder.AddGateway();
    },
    app =>
    {
        app.MapServiceDefaults();
        app.MapGateway();
    });
