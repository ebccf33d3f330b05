namespace Myeloma.Fhir.Benchmarks.Terminology;

/// <summary>Measures terminology on a generated code system: in this process, then over HTTP against the Release build of the server; at the end all figures beside their marks.</summary>
/// <remarks>
/// <c>dotnet run -c Release --project tests/Myeloma.Fhir.Benchmarks -- terminology [--concepts 500000] [--in-process | --http] [--seconds 10] [--folder DIR]</c>. In a folder that is named, the
/// generated system and the filled database stay for the next run, which does not import again.
/// </remarks>
internal static class TerminologyScript
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var concepts = arguments.Number("--concepts", 500_000);
        var named = Array.IndexOf(arguments, "--folder") is >= 0 and var at && at + 1 < arguments.Length ? arguments[at + 1] : null;
        var folder = named is null ? Directory.CreateTempSubdirectory("myeloma-terminology-").FullName : Directory.CreateDirectory(named).FullName;

        // PostgreSQL does not run as root, and has to get to its folder in here.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherExecute);
        try
        {
            var lines = Path.Combine(folder, "generated.ndjson");
            if (!File.Exists(lines))
                using (var file = File.Create(lines)) new GeneratedSystem(concepts).Write(file);
            var figures = new Figures();
            if (!arguments.Contains("--http")) InProcessCases.Run(lines, concepts, figures);
            if (!arguments.Contains("--in-process")) await HttpCases.RunAsync(folder, lines, concepts, arguments.Number("--seconds", 10), arguments.Number("--port", 18090), figures);
            figures.Write();
            return 0;
        }
        finally
        {
            if (named is null) Directory.Delete(folder, recursive: true);
        }
    }
}
