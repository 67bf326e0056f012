using Delg.Gateway;
using Delg.ServiceDefaults.Hosting;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults(GatewayHosting.Section, GatewayHosting.DefaultPort, GatewayHosting.DefaultHttpPort);
builder.AddGateway();

var app = builder.Build();
app.MapServiceDefaults();
app.MapGateway();
await app.RunAsync();
