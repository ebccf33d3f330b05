using System.Text;
using System.Text.RegularExpressions;
using Myeloma.Fhir.FhirPath.Evaluation;
using Myeloma.Fhir.FhirPath.Types;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.FhirPath.Functions;

/// <summary>String functions, section 5.6. https://hl7.org/fhirpath/N1/#string-manipulation</summary>
/// <remarks>Positions and lengths are UTF-16 units. An empty input or argument gives Empty; an input that is not one String is <c>invalid</c>.</remarks>
internal static class StringFunctions
{
    public static readonly FunctionEntry[] Entries =
    [
        new("indexOf", 1, 1, (input, arguments) => Search(input, arguments, (text, part) => Collection.Of(text.IndexOf(part, StringComparison.Ordinal)))),
        new("lastIndexOf", 1, 1, (input, arguments) => Search(input, arguments, (text, part) => Collection.Of(text.LastIndexOf(part, StringComparison.Ordinal)))),
        new("substring", 1, 2, Substring),
        new("startsWith", 1, 1, (input, arguments) => Search(input, arguments, (text, part) => Collection.Of(text.StartsWith(part, StringComparison.Ordinal)))),
        new("endsWith", 1, 1, (input, arguments) => Search(input, arguments, (text, part) => Collection.Of(text.EndsWith(part, StringComparison.Ordinal)))),
        new("contains", 1, 1, (input, arguments) => Search(input, arguments, (text, part) => Collection.Of(text.Contains(part, StringComparison.Ordinal)))),
        new("upper", 0, 0, (input, arguments) => Change(input, arguments, text => text.ToUpperInvariant())),
        new("lower", 0, 0, (input, arguments) => Change(input, arguments, text => text.ToLowerInvariant())),
        new("trim", 0, 0, (input, arguments) => Change(input, arguments, text => text.Trim())),
        new("replace", 2, 2, Replace),
        new("matches", 1, 1, (input, arguments) => Matches(input, arguments, whole: false)),
        new("matchesFull", 1, 1, (input, arguments) => Matches(input, arguments, whole: true)),
        new("replaceMatches", 2, 2, ReplaceMatches),
        new("length", 0, 0, (input, arguments) => input.SingleString(arguments.Site) is { } text ? Collection.Of(text.Length) : Collection.Empty),
        new("toChars", 0, 0, ToChars),
        new("split", 1, 1, Split),
        new("join", 0, 1, Join),
    ];

    private static Collection Search(Collection input, Arguments arguments, Func<string, string, Collection> search) =>
        input.SingleString(arguments.Site) is { } text && arguments.String(0) is { } part ? search(text, part) : Collection.Empty;

    private static Collection Change(Collection input, Arguments arguments, Func<string, string> change) =>
        input.SingleString(arguments.Site) is { } text ? Collection.Of(change(text)) : Collection.Empty;

    /// <summary><c>substring(start [, length])</c>: the input from the zero-based start.</summary>
    /// <returns>
    /// One String; Empty when the input or start is empty, or start lies outside the input.
    /// A length that reaches past the end is cut there.
    /// </returns>
    /// <exception cref="FhirException"><c>invalid</c>: more than one input item, or not a String.</exception>
    private static Collection Substring(Collection input, Arguments arguments)
    {
        if (input.SingleString(arguments.Site) is not { } text) return Collection.Empty;
        if (arguments.Integer(0) is not { } start) return Collection.Empty;
        if (start < 0 || start >= text.Length) return Collection.Empty;

        var available = text.Length - start;
        var length = Math.Clamp(arguments.Integer(1) ?? available, 0, available);
        return Collection.Of(text.Substring(start, length));
    }

    /// <summary><c>replace(pattern, substitution)</c>: every occurrence; an empty pattern stands before, between and after the characters.</summary>
    private static Collection Replace(Collection input, Arguments arguments)
    {
        if (input.SingleString(arguments.Site) is not { } text) return Collection.Empty;
        if (arguments.String(0) is not { } pattern || arguments.String(1) is not { } substitution) return Collection.Empty;
        if (pattern.Length == 0) arguments.Frame.CheckLength(text.Length + ((text.Length + 1L) * substitution.Length));
        if (pattern.Length > 0 && substitution.Length > pattern.Length)
            arguments.Frame.CheckLength(text.Length + ((long)text.AsSpan().Count(pattern) * (substitution.Length - pattern.Length)));
        if (pattern.Length > 0) return Collection.Of(arguments.Frame.Checked(text.Replace(pattern, substitution, StringComparison.Ordinal)));

        var result = new StringBuilder(substitution);
        foreach (var c in text) result.Append(c).Append(substitution);
        return Collection.Of(arguments.Frame.Checked(result.ToString()));
    }

    /// <summary><c>matches(regex)</c>: whether a part of the input matches; <c>matchesFull(regex)</c>: whether all of it does. The dot matches line ends.</summary>
    private static Collection Matches(Collection input, Arguments arguments, bool whole)
    {
        if (input.SingleString(arguments.Site) is not { } text || arguments.Regex(0, whole) is not { } regex) return Collection.Empty;
        arguments.Frame.Step(text.Length / 64);
        try
        {
            return Collection.Of(regex.IsMatch(text));
        }
        catch (RegexMatchTimeoutException)
        {
            arguments.Frame.TooCostly("more than a second for a regular expression");
            return Collection.Empty;
        }
    }

    /// <summary><c>replaceMatches(regex, substitution)</c>: groups as <c>$1</c> or <c>${name}</c>. An empty regex changes nothing.</summary>
    private static Collection ReplaceMatches(Collection input, Arguments arguments)
    {
        if (input.SingleString(arguments.Site) is not { } text || arguments.Regex(0) is not { } regex) return Collection.Empty;
        if (arguments.String(1) is not { } substitution) return Collection.Empty;
        if (regex.ToString().Length == 0) return Collection.Of(text);

        // The result may grow with every match: it is built match by match under the limit, not by one Replace.
        var result = new StringBuilder();
        var last = 0;
        try
        {
            for (var match = regex.Match(text); match.Success; match = match.NextMatch())
            {
                result.Append(text, last, match.Index - last).Append(match.Result(substitution));
                last = match.Index + match.Length;
                arguments.Frame.CheckLength(result.Length);
                arguments.Frame.Step();
            }
        }
        catch (RegexMatchTimeoutException)
        {
            arguments.Frame.TooCostly("more than a second for a regular expression");
        }

        return Collection.Of(arguments.Frame.Checked(result.Append(text, last, text.Length - last).ToString()));
    }

    /// <summary><c>toChars()</c>: the characters as Strings; a surrogate pair is one.</summary>
    private static Collection ToChars(Collection input, Arguments arguments)
    {
        if (input.SingleString(arguments.Site) is not { } text) return Collection.Empty;
        arguments.Frame.Step(text.Length);
        var result = default(CollectionBuilder);
        for (var i = 0; i < text.Length; i++)
        {
            var length = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]) ? 2 : 1;
            result.Add(new SystemValue.String(text.Substring(i, length)));
            i += length - 1;
        }

        return result.ToCollection();
    }

    /// <summary><c>split(separator)</c>: the parts, empty ones too.</summary>
    private static Collection Split(Collection input, Arguments arguments)
    {
        if (input.SingleString(arguments.Site) is not { } text || arguments.String(0) is not { } separator) return Collection.Empty;
        if (separator.Length == 0) return ToChars(input, arguments);
        var parts = text.Split(separator);
        arguments.Frame.Step(parts.Length);
        return Collection.Of(parts.Select(part => new Item(new SystemValue.String(part))));
    }

    /// <summary><c>join([separator])</c>: the Strings of the input one after the other.</summary>
    /// <returns>Empty for an empty input.</returns>
    private static Collection Join(Collection input, Arguments arguments)
    {
        if (input.Count == 0) return input;
        var separator = arguments.String(0) ?? "";
        var result = new StringBuilder();
        var isFirst = true;
        foreach (var item in input)
        {
            if (!isFirst) result.Append(separator);
            result.Append(Collection.Of(item).SingleString(arguments.Site));
            arguments.Frame.CheckLength(result.Length);
            isFirst = false;
        }

        return Collection.Of(arguments.Frame.Checked(result.ToString()));
    }
}
