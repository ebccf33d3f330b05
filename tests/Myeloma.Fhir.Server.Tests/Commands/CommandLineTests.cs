using System.Text.Json;
using Myeloma.Fhir.Server.Commands;
using Myeloma.Fhir.TestSupport;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Commands;

/// <summary>What scripts see: exit codes and files.</summary>
public sealed class CommandLineTests : IDisposable
{
    private static readonly string Seeds = Path.Combine(RepositoryRoot.Folder, "seeds");

    private readonly string folder = Directory.CreateTempSubdirectory("myeloma-fhir-commands").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_dry_run_writes_bundle_and_report_without_a_database()
    {
        var bundle = Path.Combine(folder, "bundle.json");
        var report = Path.Combine(folder, "report.json");

        var code = await CommandLine.RunAsync(["load", Seeds, "--dry-run", "--out", bundle, "--report", report]);

        Assert.Equal(ExitCode.Ok, code);
        using var transaction = JsonDocument.Parse(await File.ReadAllBytesAsync(bundle));
        Assert.Equal("transaction", transaction.RootElement.GetProperty("type").GetString());
        Assert.All(transaction.RootElement.GetProperty("entry").EnumerateArray(), entry => Assert.Equal("PUT", entry.GetProperty("request").GetProperty("method").GetString()));
        using var outcome = JsonDocument.Parse(await File.ReadAllBytesAsync(report));
        Assert.Equal("OperationOutcome", outcome.RootElement.GetProperty("resourceType").GetString());
    }

    [Fact]
    public async Task A_document_that_is_no_text_is_a_fault_of_the_input_and_nothing_is_written()
    {
        var document = Path.Combine(folder, "noise.txt");
        var bundle = Path.Combine(folder, "bundle.json");
        await File.WriteAllBytesAsync(document, [0xFF, 0xFE, 0x00, 0x01]);

        var code = await CommandLine.RunAsync(["load", document, "--dry-run", "--out", bundle]);

        Assert.Equal(ExitCode.InputFault, code);
        Assert.False(File.Exists(bundle));
    }

    [Theory]
    [InlineData("frobnicate")]
    [InlineData("load")]
    [InlineData("load", "no-such-file.txt")]
    [InlineData("load", "no-such-folder", "--dry-run")]
    [InlineData("serve", "--nonsense")]
    public async Task A_command_that_makes_no_sense_is_a_matter_of_usage(params string[] arguments) =>
        Assert.Equal(ExitCode.Usage, await CommandLine.RunAsync(arguments));

    [Fact]
    public async Task A_server_that_is_not_there_is_out_of_reach() =>
        Assert.Equal(ExitCode.Unreachable, await CommandLine.RunAsync(["load", Seeds, "--server", "http://127.0.0.1:1/fhir"]));
}
