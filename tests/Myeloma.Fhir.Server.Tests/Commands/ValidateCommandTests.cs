using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Myeloma.Fhir.Server.Commands;
using Myeloma.Fhir.TestSupport;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Commands;

/// <summary><c>validate</c> as a script or an editor sees it: lines, formats, exit codes.</summary>
public sealed partial class ValidateCommandTests : IDisposable
{
    private const string Sound = """{"resourceType":"Patient","id":"a","gender":"male","text":{"status":"empty","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"}}""";

    private const string Broken = """
        {
          "resourceType": "Patient",
          "gender": "man"
        }
        """;

    private const string Profile = """
        {"resourceType":"StructureDefinition","id":"dated","url":"http://example.org/dated","name":"Dated","status":"active","kind":"resource","abstract":false,"type":"Patient",
         "baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint","differential":{"element":[{"id":"Patient.birthDate","path":"Patient.birthDate","min":1}]}}
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("myeloma-fhir-validate").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_fault_is_a_line_with_file_line_and_column_and_the_exit_code_tells()
    {
        var (code, lines, _) = await RunAsync(Written("sound.json", Sound), Written("broken.json", Broken));

        Assert.Equal(ExitCode.InputFault, code);
        Assert.Equal(2, lines.Length);
        Assert.StartsWith($"{Path.Combine(folder, "broken.json")}:3:13: error: ", lines[0], StringComparison.Ordinal);
        Assert.EndsWith(" (Patient.gender)", lines[0], StringComparison.Ordinal);
        Assert.Equal("2 resources, 1 failed: 1 error, 0 warnings (T s).", Time().Replace(lines[1], "(T s)"));
    }

    [Fact]
    public async Task Xml_is_reported_at_its_own_lines_and_lines_of_ndjson_by_number()
    {
        var xml = Written("broken.xml", "<?xml version=\"1.0\"?>\n<Patient xmlns=\"http://hl7.org/fhir\">\n  <gender value=\"man\"/>\n</Patient>");
        var lines = Written("many.ndjson", $"{Sound}\n\n{Broken.ReplaceLineEndings(" ")}\n");

        var (_, found, _) = await RunAsync(xml, lines);

        Assert.Equal(3, found.Length);
        Assert.StartsWith($"{xml}:3:3: error: ", found[0], StringComparison.Ordinal);
        Assert.StartsWith($"{lines}:3:1:", found[1], StringComparison.Ordinal);
        Assert.StartsWith("3 resources, 2 failed", found[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_is_read_with_all_below_and_what_is_no_resource_is_passed_over()
    {
        Written("a/b/sound.json", Sound);
        Written("a/package.json", """{"name":"x"}""");
        Written("a/notes.txt", "x");
        Written("a/page.xml", "<html/>");

        var (code, lines, _) = await RunAsync(folder, "--verbose");

        Assert.Equal(ExitCode.Ok, code);
        Assert.Equal([$"{Path.Combine(folder, "a/b/sound.json")}: no issues", "1 resource, 0 failed: 0 errors, 0 warnings (T s)."], lines.Select(line => Time().Replace(line, "(T s)")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_profile_comes_from_a_package_folder_or_archive(bool isArchive)
    {
        Written("definitions/dated.json", Profile);
        var package = isArchive ? Packed("definitions") : Path.Combine(folder, "definitions");

        var (code, lines, _) = await RunAsync(Written("sound.json", Sound), "--package", package, "--profile", "http://example.org/dated");

        Assert.Equal(ExitCode.InputFault, code);
        Assert.Contains("http://example.org/dated", lines[0], StringComparison.Ordinal);
        Assert.EndsWith(" (Patient)", lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_inputs_know_each_other()
    {
        Written("dated.json", Profile);
        Written("claims.json", """{"resourceType":"Patient","meta":{"profile":["http://example.org/dated"]}}""");

        var (_, lines, _) = await RunAsync(folder);

        Assert.Single(lines, line => line.Contains("claims.json:1:1: error: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_the_project_publishes_is_valid_as_it_stands()
    {
        var (code, lines, _) = await RunAsync(RepositoryRoot.Combine("fhir-resources"));

        Assert.Equal(ExitCode.Ok, code);
        Assert.Contains(" 0 failed: 0 errors", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Warnings_fail_where_that_is_asked_for()
    {
        var input = Written("warned.json", """{"resourceType":"Patient","meta":{"profile":["http://example.org/nowhere"]}}""");

        Assert.Equal(ExitCode.Ok, (await RunAsync(input)).Code);
        Assert.Equal(ExitCode.InputFault, (await RunAsync(input, "--fail-on", "warning")).Code);
    }

    [Fact]
    public async Task Json_holds_an_outcome_for_each_resource()
    {
        var (_, lines, _) = await RunAsync(Written("sound.json", Sound), Written("broken.json", Broken), "--format", "json");

        using var report = JsonDocument.Parse(string.Concat(lines));
        var resources = report.RootElement.GetProperty("resources");
        Assert.Equal([true, false], resources.EnumerateArray().Select(resource => resource.GetProperty("valid").GetBoolean()));
        Assert.All(resources.EnumerateArray(), resource => Assert.Equal("OperationOutcome", resource.GetProperty("outcome").GetProperty("resourceType").GetString()));
        Assert.Equal(1, report.RootElement.GetProperty("summary").GetProperty("failed").GetInt32());
    }

    [Fact]
    public async Task Junit_has_a_case_for_each_resource()
    {
        var (_, lines, _) = await RunAsync(Written("sound.json", Sound), Written("broken.json", Broken), "--format", "junit");

        var suite = XDocument.Parse(string.Join('\n', lines)).Root!.Element("testsuite")!;
        Assert.Equal("2", suite.Attribute("tests")!.Value);
        Assert.Equal("1", suite.Attribute("failures")!.Value);
        Assert.Equal([0, 1], suite.Elements("testcase").Select(each => each.Elements("failure").Count()));
    }

    [Fact]
    public async Task What_is_no_json_is_a_fault_of_that_file_only()
    {
        var (code, lines, _) = await RunAsync(Written("noise.json", "{\"resourceType\": \"Patient\",,}"), Written("sound.json", Sound));

        Assert.Equal(ExitCode.InputFault, code);
        Assert.StartsWith($"{Path.Combine(folder, "noise.json")}:1:", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("2 resources, 1 failed: 1 error", lines[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no-such-file.json")]
    [InlineData("x", "--format", "pdf")]
    [InlineData("x", "--jobs", "0")]
    [InlineData("x", "--watch", "--format", "json")]
    public async Task What_makes_no_sense_is_a_matter_of_usage(params string[] arguments) =>
        Assert.Equal(ExitCode.Usage, (await RunAsync(arguments)).Code);

    [Fact]
    public async Task A_package_without_definitions_is_named()
    {
        var (code, _, errors) = await RunAsync(Written("sound.json", Sound), "--package", folder);

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains($"'{folder}' holds no definitions", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_out_of_reach() =>
        Assert.Equal(ExitCode.Unreachable, (await RunAsync("http://127.0.0.1:1/fhir/Patient/1")).Code);

    [Fact]
    public async Task A_file_that_changes_is_checked_again()
    {
        var input = Written("watched.json", Broken);
        using var output = new Lines();
        using var end = new CancellationTokenSource();
        var run = CommandLine.RunAsync(["validate", input, "--watch"], output, output, end.Token);

        await output.UntilAsync(line => line.StartsWith("Watching", StringComparison.Ordinal));
        Written("watched.json", Sound);
        await output.UntilAsync(line => line.StartsWith("1 resource, 0 failed", StringComparison.Ordinal));

        await end.CancelAsync();
        Assert.Equal(ExitCode.Ok, await run);
    }

    private static async Task<(int Code, string[] Lines, string Errors)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await CommandLine.RunAsync(["validate", .. arguments], output, errors);
        return (code, output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries), errors.ToString());
    }

    private string Written(string name, string text)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    private string Packed(string name)
    {
        var path = Path.Combine(folder, name + ".tgz");
        using var file = File.Create(path);
        using var zipped = new GZipStream(file, CompressionLevel.Fastest);
        TarFile.CreateFromDirectory(Path.Combine(folder, name), zipped, includeBaseDirectory: false);
        return path;
    }

    [GeneratedRegex(@"\(\d+\.\d s\)")]
    private static partial Regex Time();

    /// <summary>Lines as they are written, for waiting on one.</summary>
    private sealed class Lines : StringWriter
    {
        private readonly System.Threading.Channels.Channel<string> channel = System.Threading.Channels.Channel.CreateUnbounded<string>();

        public override Encoding Encoding => Encoding.UTF8;

        public override void WriteLine(string? value) => channel.Writer.TryWrite(value ?? "");

        public override void WriteLine(object? value) => WriteLine(value?.ToString());

        public override Task WriteLineAsync(string? value)
        {
            WriteLine(value);
            return Task.CompletedTask;
        }

        public async Task UntilAsync(Predicate<string> isWanted)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (!isWanted(await channel.Reader.ReadAsync(limit.Token)))
            {
            }
        }
    }
}
