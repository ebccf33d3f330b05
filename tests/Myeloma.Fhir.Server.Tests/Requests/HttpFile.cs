using System.Text.RegularExpressions;
using Myeloma.Fhir.TestSupport;

namespace Myeloma.Fhir.Server.Tests.Requests;

/// <summary>A request of an <c>.http</c> file.</summary>
/// <param name="Title">Behind <c>###</c>; a status in it is what the request is answered with, without one it is well.</param>
/// <param name="Name">Of <c># @name</c>, by which later requests refer to its answer.</param>
/// <param name="Url">With variables.</param>
public sealed partial record HttpFileRequest(string Title, string? Name, string Method, string Url, IReadOnlyList<(string Name, string Value)> Headers, string? Body)
{
    /// <summary>The statuses that the title tells; any of 200 to 299 where it tells none.</summary>
    public bool Tells(int status)
    {
        var told = Status().Matches(Title).Select(match => int.Parse(match.Value, System.Globalization.CultureInfo.InvariantCulture)).ToList();
        return told.Count == 0 ? status is >= 200 and < 300 : told.Contains(status);
    }

    [GeneratedRegex(@"(?<![\w-])[2-5]\d\d(?![\w-])")]
    private static partial Regex Status();
}

/// <summary>The <c>.http</c> files that are shipped for trying the server out.</summary>
public static partial class HttpFile
{
    /// <returns>Names of the files, in order.</returns>
    public static IEnumerable<string> Names() =>
        Directory.EnumerateFiles(RepositoryRoot.Combine("src/Myeloma.Fhir.Server/Http"), "*.http").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    /// <returns>Its requests in order; the variables of the file, <c>base</c> and <c>root</c>, stay as they are.</returns>
    public static IReadOnlyList<HttpFileRequest> Read(string name)
    {
        var text = File.ReadAllText(RepositoryRoot.Combine("src/Myeloma.Fhir.Server/Http/" + name)).ReplaceLineEndings("\n");
        return [.. Separator().Split(text).Skip(1).Select(Request)];
    }

    /// <summary>Puts values in the place of variables.</summary>
    public static string Fill(string text, Func<string, string> value) => Variable().Replace(text, match => value(match.Groups["name"].Value));

    private static HttpFileRequest Request(string part)
    {
        var lines = part.Split('\n');
        var at = 1;
        string? name = null;
        for (; lines[at].StartsWith('#'); at++) name = lines[at].StartsWith("# @name ", StringComparison.Ordinal) ? lines[at]["# @name ".Length..].Trim() : name;
        var request = lines[at++].Split(' ', 2);
        var headers = new List<(string, string)>();
        for (; at < lines.Length && lines[at].Contains(':', StringComparison.Ordinal); at++)
            headers.Add((lines[at][..lines[at].IndexOf(':', StringComparison.Ordinal)], lines[at][(lines[at].IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()));
        var body = string.Join('\n', lines.Skip(at)).Trim();
        return new HttpFileRequest(lines[0].Trim(), name, request[0], request[1].Trim(), headers, body.Length == 0 ? null : body);
    }

    [GeneratedRegex("^###", RegexOptions.Multiline)]
    private static partial Regex Separator();

    [GeneratedRegex(@"\{\{(?<name>[^}]+)\}\}")]
    private static partial Regex Variable();
}
