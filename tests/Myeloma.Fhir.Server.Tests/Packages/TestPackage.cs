using System.Formats.Tar;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Myeloma.Fhir.Server.Tests.Packages;

/// <summary>A package made by the framework's own tar and gzip, not by the code under test.</summary>
internal sealed class TestPackage(string name, string version, params (string Name, string Version)[] dependencies)
{
    private static readonly string[] Versions = ["4.0.1"];

    private readonly List<(TarEntryType Type, string Name, byte[] Content, string? Link)> entries = [];

    public string Name => name;

    /// <summary>Adds a resource under <c>package/Type-id.json</c>, or where it is said.</summary>
    public TestPackage With(string resource, string? place = null)
    {
        var json = JsonNode.Parse(resource)!;
        return WithEntry(TarEntryType.RegularFile, place ?? $"package/{json["resourceType"]}-{json["id"]}.json", resource);
    }

    public TestPackage WithEntry(TarEntryType type, string entry, string content = "", string? link = null)
    {
        entries.Add((type, entry, Encoding.UTF8.GetBytes(content), link));
        return this;
    }

    public static string Resource(string type, string id, string? version = "1", string more = "", string status = "active") =>
        $$"""{"resourceType":"{{type}}","id":"{{id}}","url":"http://example.org/{{type}}/{{id}}"{{(version is null ? "" : $",\"version\":\"{version}\"")}},"status":"{{status}}"{{more}}}""";

    public byte[] ToBytes()
    {
        var manifest = JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["name"] = name,
            ["version"] = version,
            ["fhirVersions"] = Versions,
            ["canonical"] = "http://example.org",
            ["dependencies"] = dependencies.ToDictionary(each => each.Name, each => each.Version),
        });
        using var output = new MemoryStream();
        using (var zipped = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true))
        using (var archive = new TarWriter(zipped, TarEntryFormat.Pax))
        {
            Write(archive, TarEntryType.RegularFile, "package/package.json", Encoding.UTF8.GetBytes(manifest), null);
            foreach (var (type, entry, content, link) in entries) Write(archive, type, entry, content, link);
        }

        return output.ToArray();
    }

    /// <summary>Sends it to <c>$install</c>.</summary>
    /// <param name="query">With question mark; empty for none.</param>
    public Task<Answer> InstallAsync(RunningServer server, string query = "") => PostAsync(server, server.BaseUrl + "/$install" + query, ToBytes());

    public static async Task<Answer> PostAsync(RunningServer server, string url, byte[] archive)
    {
        using var content = new ByteArrayContent(archive);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/gzip");
        using var response = await server.Client.PostAsync(new Uri(url), content);
        return await Answer.ReadAsync(response);
    }

    /// <summary>The lines of an answer as <c>file outcome reference: reason</c>; what is not there is left out.</summary>
    public static IReadOnlyList<string> Lines(Answer answer) =>
    [
        .. Parts(answer.Json, "package").SelectMany(package => package.GetProperty("part").EnumerateArray()).Where(part => part.GetProperty("name").GetString() == "resource").Select(resource =>
            $"{Value(resource, "file")!["package/".Length..]} {Value(resource, "outcome")}{(Value(resource, "reference") is { } reference ? $" {reference}" : "")}{(Value(resource, "reason") is { } reason ? $": {reason}" : "")}"),
    ];

    /// <summary>What became of dependencies, as <c>name#version state</c>.</summary>
    public static IReadOnlyList<string> Dependencies(Answer answer) =>
        [.. Parts(answer.Json, "dependency").Select(each => $"{Value(each, "name")}#{Value(each, "version")} {Value(each, "state")}")];

    /// <summary>The packages of an answer, in its order.</summary>
    public static IReadOnlyList<string> Names(Answer answer) => [.. Parts(answer.Json, "package").Select(each => $"{Value(each, "name")}#{Value(each, "version")}")];

    private static IEnumerable<JsonElement> Parts(JsonElement parameters, string name) =>
        parameters.GetProperty("parameter").EnumerateArray().Where(parameter => parameter.GetProperty("name").GetString() == name);

    private static string? Value(JsonElement parameter, string name)
    {
        foreach (var part in parameter.GetProperty("part").EnumerateArray())
            if (part.GetProperty("name").GetString() == name) return part.EnumerateObject().Last().Value.GetString();
        return null;
    }

    private static void Write(TarWriter archive, TarEntryType type, string entry, byte[] content, string? link)
    {
        var made = new PaxTarEntry(type, entry) { ModificationTime = DateTimeOffset.UnixEpoch };
        if (link is not null) made.LinkName = link;
        if (type == TarEntryType.RegularFile) made.DataStream = new MemoryStream(content);
        archive.WriteEntry(made);
    }
}
