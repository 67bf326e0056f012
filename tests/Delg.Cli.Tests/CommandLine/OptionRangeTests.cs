using System.CommandLine;
using Delg.Cli.CommandLine;

namespace Delg.Cli.Tests.CommandLine;

public sealed class OptionRangeTests
{
    private static readonly RootCommand _command = Command();

    [Theory]
    [InlineData("--whole 0", "--whole must be 1 to 9.")]
    [InlineData("--whole 10", "--whole must be 1 to 9.")]
    [InlineData("--maybe 10", "--maybe must be 1 to 9.")]
    [InlineData("--open 0", "--open must be at least 1.")]
    [InlineData("--several 1 10 2", "--several must be 1 to 9.")]
    [InlineData("--real 0.09", "--real must be 0.1 to 2.5.")]
    [InlineData("--real NaN", "--real must be 0.1 to 2.5.")]
    [InlineData("--reals 0 -1", "--reals must be at least 0.")]
    public void Within_NumberOutside_NamesTheOptionAndTheBounds(string line, string message) =>
        Assert.Equal(message, Assert.Single(_command.Parse(line).Errors).Message);

    [Theory]
    [InlineData("")]
    [InlineData("--whole 1 --maybe 9 --open 2147483647 --several 1 9 --real 0.1 --reals 0 1E300")]
    [InlineData("--whole 9 --real 2.5")]
    public void Within_NumbersInside_AreAccepted(string line) => Assert.Empty(_command.Parse(line).Errors);

    private static RootCommand Command()
    {
        var whole = new Option<int>("--whole") { DefaultValueFactory = _ => 1 };
        whole.Within(1, 9);
        var maybe = new Option<int?>("--maybe");
        maybe.Within(1, 9);
        var open = new Option<int>("--open") { DefaultValueFactory = _ => 1 };
        open.Within(1, int.MaxValue);
        var several = new Option<int[]>("--several") { AllowMultipleArgumentsPerToken = true };
        several.Within(1, 9);
        var real = new Option<double>("--real") { DefaultValueFactory = _ => 1 };
        real.Within(0.1, 2.5);
        var reals = new Option<double[]>("--reals") { AllowMultipleArgumentsPerToken = true };
        reals.Within(0, double.PositiveInfinity);
        return new RootCommand { whole, maybe, open, several, real, reals };
    }
}
