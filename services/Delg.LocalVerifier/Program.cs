using Delg.LocalVerifier;
using Delg.ServiceDefaults.Hosting;

return await ServiceProcess.RunAsync(
    args,
    builder =>
    {
        builder.AddServiceDefaults(LocalVerifierHosting.Section, LocalVerifierHosting.DefaultPort);
        builder.AddLocalVerifier();
    },
    app =>
    {
        app.MapServiceDefaults();
        app.MapLocalVerifier();
    });
