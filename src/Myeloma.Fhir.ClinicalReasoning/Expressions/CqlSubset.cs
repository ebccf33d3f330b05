using System.Text;
using System.Text.RegularExpressions;
using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.FhirPath.Syntax;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.ClinicalReasoning.Expressions;

/// <summary>The part of CQL that FHIRPath can evaluate to the same effect: literals, operators, paths from the patient or from named definitions.</summary>
/// <remarks>https://cql.hl7.org/16-i-fhirpathtranslation.html. Whatever may mean something else in FHIRPath is refused rather than guessed.</remarks>
internal static partial class CqlSubset
{
    /// <summary>Compiles; names of definitions become variables.</summary>
    /// <param name="isName">Whether an identifier is the name of a definition or parameter.</param>
    /// <param name="subjectType">The type whose name stands for the subject, as CQL's context: <c>Patient</c>.</param>
    /// <returns>Null when it is beyond the subset.</returns>
    public static FhirPathExpression? Compile(string cql, Func<string, bool> isName, string subjectType)
    {
        try
        {
            var expression = FhirPathExpression.Parse(WithVariables(cql, isName));
            return SyntaxWalk.All(expression.Syntax).All(node => IsPlain(node, subjectType)) ? expression : null;
        }
        catch (FhirException)
        {
            return null;
        }
        catch (RegexMatchTimeoutException)
        {
            return null;
        }
    }

    /// <summary>A name in the two forms CQL has, without its quotes.</summary>
    /// <returns>Null when the text is more than a name.</returns>
    public static string? Name(string cql) => Identifier().Match(cql.Trim()) is { Success: true } match ? match.Groups["name"].Value : null;

    private static bool IsPlain(SyntaxNode node, string subjectType) => node switch
    {
        // A path that begins with a name looks into the definition in FHIRPath, while CQL takes it for a definition.
        SyntaxNode.Member { Target: null, Name: var name } => name == subjectType,

        // Functions on nothing are about $this in FHIRPath, and about their argument in CQL.
        SyntaxNode.Call { Target: null } => false,
        SyntaxNode.TypeOperation { Type: { Namespace: null, Name: "null" } } => false,
        SyntaxNode.Special => false,
        _ => true,
    };

    private static string WithVariables(string cql, Func<string, bool> isName)
    {
        var text = new StringBuilder();
        var at = 0;
        foreach (Match token in Token().Matches(cql))
        {
            text.Append(cql, at, token.Index - at);
            at = token.Index + token.Length;
            if (token.Groups["comment"].Success) text.Append(' ');
            else if (token.Groups["name"] is { Success: true, Value: var name } && (token.Value[0] == '"' || isName(name))) text.Append("%`").Append(name).Append('`');
            else text.Append(token.Value);
        }

        return text.Append(cql, at, cql.Length - at).ToString();
    }

    [GeneratedRegex(
        """(?<comment>//[^\r\n]*|/\*[\s\S]*?\*/)|'(?:[^'\\]|\\.)*'|"(?<name>[^"\\`]+)"|(?<=\.\s*)[A-Za-z_]\w*|(?<name>[A-Za-z_]\w*)(?!\w|\s*\()""",
        RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Token();

    [GeneratedRegex("""^(?:"(?<name>[^"\\`]+)"|(?<name>[A-Za-z_]\w*))$""")]
    private static partial Regex Identifier();
}
