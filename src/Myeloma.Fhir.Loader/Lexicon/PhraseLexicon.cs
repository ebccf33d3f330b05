using System.Text.RegularExpressions;

namespace Myeloma.Fhir.Loader.Lexicon;

/// <summary>
/// Cue phrases by what they announce. A space in a phrase is any white space, a space with a question mark is any or none. They run without backtracking, so no text can make them slow.
/// </summary>
internal sealed class PhraseLexicon
{
    private readonly Dictionary<string, Regex[]> byCue;

    public PhraseLexicon(Dictionary<string, string[]> phrases) =>
        byCue = phrases.ToDictionary(entry => entry.Key, entry => entry.Value.Select(Compile).ToArray(), StringComparer.Ordinal);

    /// <summary>The matches of a cue in a sentence, one for each phrase that matches, in the order of the phrases.</summary>
    /// <exception cref="KeyNotFoundException">The lexicon has no such cue; a defect of the rule or the data.</exception>
    public IEnumerable<Match> Matches(string cue, string text)
    {
        foreach (var phrase in byCue[cue])
        {
            var match = phrase.Match(text);
            if (match.Success) yield return match;
        }
    }

    public Match? First(string cue, string text) => Matches(cue, text).FirstOrDefault();

    private static Regex Compile(string phrase) => new(
        phrase.Replace(" ?", @"\s*", StringComparison.Ordinal).Replace(" ", @"\s+", StringComparison.Ordinal),
        RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.ExplicitCapture);
}
