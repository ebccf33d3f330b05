namespace Myeloma.Fhir.Benchmarks.Terminology;

/// <summary>Measures terminology on a generated code system: in this process, then over HTTP against the Release build of the server.</summary>
/// <remarks><c>dotnet run -c Release --project tests/Myeloma.Fhir.Benchmarks -- terminology [--concepts 500000] [--in-process | --http] [--seconds 10]</c></remarks>
internal static class TerminologyScript
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var concepts = arguments.Number("--concepts", 500_000);
        var folder = Directory.CreateTempSubdirectory("myeloma-terminology-").FullName;

        // PostgreSQL does not run as root, and has to get to its folder in here.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherExecute);
        try
        {
            var lines = Path.Combine(folder, "generated.ndjson");
            using (var file = File.Create(lines)) new GeneratedSystem(concepts).Write(file);
            if (!arguments.Contains("--http")) InProcessCases.Run(lines, concepts);
            if (!arguments.Contains("--in-process")) await HttpCases.RunAsync(folder, lines, concepts, arguments.Number("--seconds", 10), arguments.Number("--port", 18090));
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
