using Delg.Extractor;
using Delg.ServiceDefaults.Hosting;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults(ExtractorHosting.Section, ExtractorHosting.DefaultPort);
builder.AddExtractor();

var app = builder.Build();
app.MapServiceDefaults();
app.MapExtractor();
await app.RunAsync();
