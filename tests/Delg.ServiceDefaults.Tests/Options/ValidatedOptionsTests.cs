using System.ComponentModel.DataAnnotations;
using Delg.ServiceDefaults.Options;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Delg.ServiceDefaults.Tests.Options;

public sealed class ValidatedOptionsTests
{
    public enum Shade
    {
        Light,
        Dark,
    }

    [Fact]
    public void Build_MistakesInSeveralClasses_AreReportedTogether()
    {
        var builder = TestService.NewBuilder(
            ("Test:MaxMessageBytes", "1"), ("Paint:Litres", "0"), ("Paint:ApiToken", ""), ("Brush:Width", "broad"), ("Brush:Shade", "Pink"), ("Brush:IsFlat", "perhaps"));
        builder.Services.AddValidatedOptions<PaintOptions>("Paint");
        builder.Services.AddValidatedOptions<BrushOptions>("Brush");

        var failure = Assert.Throws<OptionsValidationException>(builder.Build);

        Assert.Equal(
            [
                "Test:MaxMessageBytes is '1': The field MaxMessageBytes must be between 65536 and 1073741824.",
                "Paint:Litres is '0': The field Litres must be between 1 and 9.",
                "Paint:ApiToken is '': The ApiToken field is required.",
                "Brush:Width is 'broad': it must be a number.",
                "Brush:Shade is 'Pink': it must be one of Light, Dark.",
                "Brush:IsFlat is 'perhaps': it must be true or false.",
            ],
            failure.Failures);
    }

    [Fact]
    public void Build_CheckAcrossOptions_IsReportedToo()
    {
        var builder = TestService.NewBuilder();
        builder.Services.AddValidatedOptions<BrushOptions>("Brush").Validate(brush => brush.Width > 5, "Brush:Width must be above 5.");

        var failure = Assert.Throws<OptionsValidationException>(builder.Build);

        Assert.Equal(["Brush:Width must be above 5."], failure.Failures);
    }

    [Fact]
    public async Task Start_EffectiveOptions_AreLoggedWithoutSecrets()
    {
        var log = new ListLoggerProvider();
        await using var service = await TestService.StartAsync(
            add: builder =>
            {
                builder.Logging.AddProvider(log);
                builder.Services.AddValidatedOptions<PaintOptions>("Paint");
            },
            settings:
            [
                ("Paint:Litres", "3"), ("Paint:ApiToken", "swordfish"), ("Paint:Store", "host:6379,password=swordfish,ssl=true"),
                ("Paint:Address", "redis://me:swordfish@host"), ("Paint:Colours:0", "red"), ("Paint:Colours:1", "blue"),
            ]);

        var line = Assert.Single(log.Lines, text => text.Contains("Options of Paint", StringComparison.Ordinal));
        Assert.Contains(
            "Litres=3; ApiToken=***; Store=host:6379,password=***,ssl=true; Address=redis://me:***@host; Colours=red, blue", line, StringComparison.Ordinal);
        Assert.All(log.Lines, text => Assert.DoesNotContain("swordfish", text, StringComparison.Ordinal));
    }

    private sealed class PaintOptions
    {
        [Range(1, 9)]
        public int Litres { get; set; } = 1;

        [Required]
        public string ApiToken { get; set; } = "none";

        public string Store { get; set; } = "";

        public string Address { get; set; } = "";

        public IList<string> Colours { get; set; } = [];
    }

    private sealed class BrushOptions
    {
        public double Width { get; set; } = 1;

        public Shade Shade { get; set; }

        public bool IsFlat { get; set; }
    }
}
