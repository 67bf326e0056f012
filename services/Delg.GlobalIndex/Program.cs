using Delg.GlobalIndex;
using Delg.ServiceDefaults.Hosting;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults(GlobalIndexHosting.Section, GlobalIndexHosting.DefaultPort);
builder.AddGlobalIndex();

var app = builder.Build();
app.MapServiceDefaults();
app.MapGlobalIndex();
await app.RunAsync();
