using Microsoft.Extensions.Logging.Abstractions;
using Myeloma.Fhir.Interactions.Packages;
using Myeloma.Fhir.Server.Commands;
using Myeloma.Fhir.Server.Configuration;
using Myeloma.Fhir.Server.Edge;
using Myeloma.Fhir.Server.Startup;
using Myeloma.Fhir.Server.Tests.Packages;
using Myeloma.Fhir.Terminology.Importing;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Commands;

/// <summary><c>package</c>, <c>install</c> and <c>import --format package</c>, beside a running server.</summary>
[Trait("Category", "Postgres")]
public sealed class PackageCommandTests(RunningServer server) : IClassFixture<RunningServer>, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("myeloma-fhir-packages").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task The_own_package_is_written_as_the_registry_offers_it()
    {
        var (file, output) = (Path.Combine(folder, "own.tgz"), new StringWriter());

        var code = await CommandLine.RunAsync(["package", "--out", file], output);
        var unwritable = await CommandLine.RunAsync(["package", "--out", Path.Combine(folder, "no", "such", "folder.tgz")], output, TextWriter.Null);

        Assert.Equal((ExitCode.Ok, ExitCode.Usage), (code, unwritable));
        Assert.StartsWith("org.myeloma-fhir.resources#0.1.0: ", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(await server.Client.GetByteArrayAsync(new Uri(server.BaseUrl[..^"/fhir".Length] + "/packages/org.myeloma-fhir.resources/0.1.0")), await File.ReadAllBytesAsync(file));
    }

    [Fact]
    public async Task Packages_are_installed_from_files_and_by_name_with_a_line_for_each_file()
    {
        var package = new TestPackage("test.command", "1.0.0").With(TestPackage.Resource("ValueSet", "command")).With(TestPackage.Resource("CodeSystem", "command", more: ""","content":"complete","concept":[{"code":"a","display":"A"}]"""));
        var file = await WriteAsync("command.tgz", package);

        var dry = await InstallAsync(new InstallChoices(IsDryRun: true), file);
        var first = await InstallAsync(new InstallChoices(), file);
        var lookup = await server.GetAsync("/CodeSystem/$lookup?system=http://example.org/CodeSystem/command&code=a");
        var second = await InstallAsync(new InstallChoices(), "test.command#1.0.0");
        var unknown = await InstallAsync(new InstallChoices(), "test.unknown");
        var broken = await InstallAsync(new InstallChoices(), await WriteAsync("broken.tgz", new TestPackage("test.broken", "1.0.0").With(TestPackage.Resource("ValueSet", "broken", status: "gone"))));

        string[] Lines(string outcome) => [$"{outcome}\ttest.command#1.0.0\tpackage/CodeSystem-command.json\tCodeSystem/command\t", $"{outcome}\ttest.command#1.0.0\tpackage/ValueSet-command.json\tValueSet/command\t"];
        Assert.Equal((ExitCode.Ok, ExitCode.Ok, ExitCode.Ok, ExitCode.InputFault, ExitCode.InputFault), (dry.Code, first.Code, second.Code, unknown.Code, broken.Code));
        Assert.Equal(Lines("created"), dry.Output);
        Assert.Equal(Lines("created"), first.Output);
        Assert.Equal(Lines("same"), second.Output);
        Assert.Contains("test.command#1.0.0 is installed: 2 created.", first.Error, StringComparison.Ordinal);
        Assert.Contains("test.broken#1.0.0 package/ValueSet-broken.json: ", broken.Error, StringComparison.Ordinal);
        Assert.Equal(200, lookup.Status);
    }

    [Theory]
    [InlineData("recognized.tgz", null)]
    [InlineData("named.bin", "package")]
    public async Task A_package_is_a_format_of_import(string name, string? format)
    {
        var id = Path.GetFileNameWithoutExtension(name);
        var file = await WriteAsync(name, new TestPackage("test." + id, "1.0.0").With(TestPackage.Resource("PlanDefinition", id)));
        var output = new StringWriter();

        await using var database = Database();
        var code = await ImportCommand.RunAsync(new ImportArguments(file, format, new ReleaseOptions(), null), database, output, TextWriter.Null, default);

        Assert.Equal((ExitCode.Ok, $"created\ttest.{id}#1.0.0\tpackage/PlanDefinition-{id}.json\tPlanDefinition/{id}\t"), (code, output.ToString().TrimEnd('\r', '\n')));
        Assert.Equal(200, (await server.GetAsync("/PlanDefinition/" + id)).Status);
    }

    private async Task<(int Code, string[] Output, string Error)> InstallAsync(InstallChoices choices, string package)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        await using var database = Database();
        var code = await InstallCommand.RunAsync([package], choices, database, output, error, default);
        return (code, output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries), error.ToString());
    }

    private DatabaseStart Database() => new(new ServerOptions { LoadSeeds = false }, server.ConnectionString, new ServerState(), NullLogger<DatabaseStart>.Instance);

    private async Task<string> WriteAsync(string name, TestPackage package)
    {
        var file = Path.Combine(folder, name);
        await File.WriteAllBytesAsync(file, package.ToBytes());
        return file;
    }
}
