using Delg.Cli.CommandLine;

return await DelgCommandLine.RunAsync(args, Console.Out, Console.Error, CancellationToken.None);
