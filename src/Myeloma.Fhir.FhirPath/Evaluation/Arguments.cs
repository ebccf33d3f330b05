using System.Text.RegularExpressions;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.FhirPath.Evaluation;

/// <summary>The arguments of a call, evaluated when asked for.</summary>
/// <param name="Focus">What <c>$this</c> is where the call stands: an ordinary argument is evaluated with it.</param>
internal readonly record struct Arguments(Frame Frame, CallEvaluator Call, Focus Focus)
{
    public int Count => Call.Arguments.Length;

    public Site Site => Call.Site;

    public bool Has(int index) => index < Count;

    /// <returns>Empty when the argument is left out.</returns>
    public Collection Collection(int index) => Has(index) ? Call.Arguments[index].Evaluate(Frame, Focus) : FhirPath.Collection.Empty;

    /// <returns>Null when left out or empty.</returns>
    /// <exception cref="FhirException"><c>invalid</c>: not one String.</exception>
    public string? String(int index) => Collection(index).SingleString(Site);

    /// <inheritdoc cref="String"/>
    public int? Integer(int index) => Collection(index).SingleInteger(Site);

    /// <summary>The argument with <paramref name="item"/> as <c>$this</c> and its place as <c>$index</c>.</summary>
    public Collection ForItem(int index, Item item, int place)
    {
        var before = Frame.Index;
        Frame.Index = place;
        var result = Call.Arguments[index].Evaluate(Frame, new Focus(item));
        Frame.Index = before;
        return result;
    }

    /// <summary>The argument with <paramref name="focus"/> as <c>$this</c>.</summary>
    public Collection With(int index, Collection focus) => Call.Arguments[index].Evaluate(Frame, new Focus(focus));

    /// <summary>A regular expression in single-line mode, without backtracking: its time is linear in the text.</summary>
    /// <param name="whole">Whether it must match the text from end to end.</param>
    /// <returns>Null when the argument is empty.</returns>
    /// <exception cref="FhirException"><c>invalid</c>: no regular expression; <c>too-costly</c>: too long; <c>not-supported</c>: look-around, back-reference.</exception>
    public Regex? Regex(int index, bool whole = false)
    {
        if (String(index) is not { } pattern) return null;
        if (Call.LastRegex is { } last && last.Pattern == pattern) return last.Regex;
        if (pattern.Length > Frame.Context.Limits.MaxPatternLength)
            Frame.TooCostly($"a regular expression of more than {Frame.Context.Limits.MaxPatternLength} characters");
        try
        {
            var regex = new Regex(
                whole ? $@"\A(?:{pattern})\z" : pattern,
                RegexOptions.NonBacktracking | RegexOptions.Singleline | RegexOptions.CultureInvariant,
                TimeSpan.FromSeconds(1));
            Call.LastRegex = new RegexMemo(pattern, regex);
            return regex;
        }
        catch (NotSupportedException)
        {
            throw Site.NotSupported($"the regular expression '{pattern}' needs backtracking or is too large; {Site.Name} works without look-around and back-references.");
        }
        catch (ArgumentException exception)
        {
            throw Site.Fault($"'{pattern}' is no regular expression: {exception.Message}");
        }
    }
}

/// <summary>The regular expression a call used last; most calls use the same always.</summary>
internal sealed record RegexMemo(string Pattern, Regex Regex);
