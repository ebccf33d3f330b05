using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace Myeloma.Fhir.Terminology.Grammars;

/// <param name="Code">As it is usually written.</param>
/// <param name="Names">In English; at least one.</param>
/// <param name="IsDeprecated">Whether it was given up, for another or for none.</param>
internal sealed record Subtag(string Code, IReadOnlyList<string> Names, bool IsDeprecated);

/// <summary>IANA's registry of the parts of language tags, read once; Data/NOTICE.md says of which day. https://www.rfc-editor.org/rfc/rfc5646#section-3</summary>
internal sealed class SubtagRegistry
{
    private static readonly Lazy<SubtagRegistry> Read = new(() => new SubtagRegistry());

    private readonly Dictionary<(string Type, string Subtag), Subtag> subtags = [];
    private readonly List<(string Type, string First, string Last, Subtag Subtag)> ranges = [];

    private SubtagRegistry()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("Myeloma.Fhir.Terminology.Grammars.Data.language-subtags.tsv")
            ?? throw new UnreachableException("language-subtags.tsv is not embedded.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        while (reader.ReadLine() is { Length: > 0 } line)
        {
            var (type, code, isDeprecated, names) = line.Split('\t') is [var first, var second, var third, .. var rest] ? (first, second, third == "d", rest) : throw new UnreachableException(line);
            var subtag = new Subtag(code, names, isDeprecated);
            if (code.IndexOf("..", StringComparison.Ordinal) is > 0 and var dots) ranges.Add((type, code[..dots].ToLowerInvariant(), code[(dots + 2)..].ToLowerInvariant(), subtag));
            else subtags.TryAdd((type, code.ToLowerInvariant()), subtag);
        }
    }

    public static SubtagRegistry Instance => Read.Value;

    /// <param name="type"><c>language</c>, <c>extlang</c>, <c>script</c>, <c>region</c>, <c>variant</c> or <c>grandfathered</c>.</param>
    /// <param name="code">In any case of letters.</param>
    /// <returns>Null when it is not registered. A subtag of a range for private use is that range.</returns>
    public Subtag? Find(string type, string code)
    {
        code = code.ToLower(CultureInfo.InvariantCulture);
        if (subtags.TryGetValue((type, code), out var found)) return found;
        foreach (var (rangeType, first, last, subtag) in ranges)
            if (rangeType == type && code.Length == first.Length && string.CompareOrdinal(first, code) <= 0 && string.CompareOrdinal(code, last) <= 0) return subtag;
        return null;
    }
}
