using Delg.Extractor;
using Delg.ServiceDefaults.Hosting;

return await ServiceProcess.RunAsync(
    args,
    builder =>
    {
        builder.AddServiceDefaults(ExtractorHosting.Section, ExtractorHosting.DefaultPort);
        builder.AddExtractor();
    },
    app =>
    {
        app.MapServiceDefaults();
        app.MapExtractor();
    });
