using Delg.LocalVerifier;
using Delg.ServiceDefaults.Hosting;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults(LocalVerifierHosting.Section, LocalVerifierHosting.DefaultPort);
builder.AddLocalVerifier();

var app = builder.Build();
app.MapServiceDefaults();
app.MapLocalVerifier();
await app.RunAsync();
