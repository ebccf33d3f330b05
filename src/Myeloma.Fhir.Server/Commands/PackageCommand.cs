using System.CommandLine;
using Myeloma.Fhir.Server.Packages;

namespace Myeloma.Fhir.Server.Commands;

/// <summary><c>package</c>: writes the project's own FHIR package into a file; needs no database.</summary>
internal static class PackageCommand
{
    public static Command Command()
    {
        var file = new Option<string>("--out") { Description = "The file to write, like org.myeloma-fhir.resources.tgz.", HelpName = "FILE", Required = true };
        var command = new Command("package", "Write the FHIR package of this product, the same bytes each time: what it defines, and what its loader makes of the seed documents. Exit code: 0 done, 2 the file can't be written.");
        command.Options.Add(file);
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(file)!, parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, cancellationToken));
        return command;
    }

    /// <returns>Ok; Usage when the file can't be written.</returns>
    private static async Task<int> RunAsync(string path, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        try
        {
            var package = OwnPackage.Archive;
            await File.WriteAllBytesAsync(path, package.Bytes, cancellationToken);
            await output.WriteLineAsync(FormattableString.Invariant($"{package.Manifest.Reference}: {package.Files.Count} resources, {package.Bytes.Length} bytes, {package.Integrity}"));
            return ExitCode.Ok;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync(fault.Message);
            return ExitCode.Usage;
        }
    }
}
