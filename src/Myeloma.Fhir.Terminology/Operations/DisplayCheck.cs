using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.ValueSets;

namespace Myeloma.Fhir.Terminology.Operations;

/// <summary>Whether a display is one of the names a concept has, in the languages asked for.</summary>
internal static class DisplayCheck
{
    /// <summary>A name with its language, and whether it is still a right one.</summary>
    private readonly record struct Name(string Text, string? Language, bool IsCurrent, bool IsDisplay = true);

    /// <param name="others">Other versions in which the same code is a member: their names are right, too.</param>
    public static void Check(CodeFinding finding, ListedConcept? note, IEnumerable<CompiledCodeSystem> others, DisplayLanguages languages, bool isLenient)
    {
        if (finding.Question.Display is not { } display || finding.System is not { } system || finding.Ordinal < 0) return;
        var names = Names(system, finding.Ordinal, note);
        var wanted = names.Where(name => languages.Wants(name.Language)).ToList();
        if (wanted.Any(name => name.IsCurrent && Same(name.Text, display))) return;
        foreach (var other in others)
            if (other.Find(finding.Question.Code) is >= 0 and var ordinal && Names(other, ordinal, null).Any(name => languages.Wants(name.Language) && Same(name.Text, display))) return;

        var (code, at) = (finding.Question.Code, finding.Question.At("display"));
        if (wanted.Any(name => Same(name.Text, display)))
        {
            finding.Add(TerminologyIssues.InactiveDisplay(display, code, "deprecated", [.. wanted.Where(name => name.IsCurrent && name.IsDisplay).Select(name => name.Text)], at), isInMessage: false);
        }
        else if (!wanted.Any(name => name.IsCurrent && name.IsDisplay))
        {
            if (system.Display(finding.Ordinal) is { } own && Same(own, display)) finding.Add(TerminologyIssues.DefaultDisplay(display, system.Url, code, languages.Words, at), isInMessage: true);
            else if (names.Count > 0) finding.Add(TerminologyIssues.NoDisplayForLanguage(display, system.Url, code, system.Display(finding.Ordinal), languages.Words, isLenient, at), isInMessage: true);
        }
        else
        {
            var valid = wanted.Where(name => name.IsCurrent && name.IsDisplay).Select(name => (name.Text, name.Language)).Distinct().ToList();
            var isWhitespace = valid.Any(name => Same(Words(name.Text), Words(display)));
            finding.Add(TerminologyIssues.InvalidDisplay(display, system.Url, code, valid, languages.Words, isWhitespace, isLenient, at), isInMessage: true);
        }
    }

    private static List<Name> Names(CompiledCodeSystem system, int ordinal, ListedConcept? note)
    {
        var names = new List<Name>();
        if (note?.Display is { } own) names.Add(new Name(own, system.Source.Language, true));
        if (system.Display(ordinal) is { } display) names.Add(new Name(display, system.Source.Language, true));
        foreach (var designation in system.Designations(ordinal)) names.Add(new Name(designation.Value, designation.Language, designation.Status is not ("withdrawn" or "deprecated"), DisplayLanguages.IsName(designation)));
        foreach (var designation in note?.Designations ?? []) names.Add(new Name(designation.Value, designation.Language, designation.Status is not ("withdrawn" or "deprecated"), DisplayLanguages.IsName(designation)));
        return names;
    }

    private static bool Same(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private static string Words(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
