using System.CommandLine;

namespace Myeloma.Fhir.Server.Commands;

/// <summary>The command line of the executable: without a subcommand it serves.</summary>
public static class CommandLine
{
    /// <param name="output">Where <c>validate</c> writes its report; null: standard output.</param>
    /// <param name="error">Where it writes progress and faults; null: standard error.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter? output = null, TextWriter? error = null, CancellationToken cancellationToken = default)
    {
        var parsed = Root().Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (var fault in parsed.Errors) await Console.Error.WriteLineAsync(fault.Message);
            await Console.Error.WriteLineAsync("Try --help.");
            return ExitCode.Usage;
        }

        // Each command listens for Ctrl+C and SIGTERM itself: the server's host does, the loader is told by the token.
        return await parsed.InvokeAsync(new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            Output = output ?? Console.Out,
            Error = error ?? Console.Error,
        }, cancellationToken);
    }

    private static RootCommand Root()
    {
        var serve = new ServeOptions();
        var root = new RootCommand("Myeloma.Fhir: a FHIR R4 server for terminology and plan definitions on PostgreSQL. Without a subcommand it serves.");
        var serveCommand = new Command("serve", "Start the server (the default).");
        foreach (var command in new[] { (Command)root, serveCommand })
        {
            serve.AddTo(command);
            command.SetAction((parsed, cancellationToken) => ServeCommand.RunAsync(serve.Of(parsed), cancellationToken));
        }

        root.Subcommands.Add(serveCommand);
        root.Subcommands.Add(LoadOptions.Command());
        root.Subcommands.Add(ImportOptions.Command());
        root.Subcommands.Add(InstallCommand.Command());
        root.Subcommands.Add(PackageCommand.Command());
        root.Subcommands.Add(ValidateOptions.Command());
        return root;
    }
}
