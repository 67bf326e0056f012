using Delg.GlobalIndex;
using Delg.ServiceDefaults.Hosting;

return await ServiceProcess.RunAsync(
    args,
    builder =>
    {
        builder.AddServiceDefaults(GlobalIndexHosting.Section, GlobalIndexHosting.DefaultPort);
        builder.AddGlobalIndex();
    },
    app =>
    {
        app.MapServiceDefaults();
        app.MapGlobalIndex();
    });
