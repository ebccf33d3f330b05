using System.Buffers;

namespace Myeloma.Fhir.Terminology.Importing;

/// <summary>Versions that stand in names of files.</summary>
internal static class ReleaseVersion
{
    private static readonly SearchValues<char> Characters = SearchValues.Create("0123456789.");

    /// <summary>The number with its dots that follows a word in a path, whatever its case; null when it does not.</summary>
    public static Func<string, string?> Behind(string word) => path =>
    {
        for (var at = path.IndexOf(word, StringComparison.OrdinalIgnoreCase); at >= 0; at = path.IndexOf(word, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            var rest = path.AsSpan(at + word.Length);
            var end = rest.IndexOfAnyExcept(Characters);
            var version = (end < 0 ? rest : rest[..end]).TrimEnd('.');
            if (version.Length > 0) return version.ToString();
        }

        return null;
    };
}
