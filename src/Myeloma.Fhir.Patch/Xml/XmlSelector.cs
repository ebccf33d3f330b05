using System.Text;
using System.Xml;
using System.Xml.XPath;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Patch.Xml;

/// <summary>What an operation selects: XPath 1.0 as far as it goes down, so that it costs no more than a walk. https://www.rfc-editor.org/rfc/rfc5261#section-4.1</summary>
/// <remarks>
/// Namespaces are those in scope in the patch; <c>f:</c> is FHIR where nothing else is declared, and a name without prefix is in the default namespace of the patch.
/// </remarks>
internal sealed class XmlSelector
{
    /// <summary>A prefix for the default namespace; XPath has none of its own.</summary>
    private const string DefaultPrefix = "patch-default";

    private static readonly HashSet<string> Functions = new(StringComparer.Ordinal)
    {
        "position", "last", "not", "count", "contains", "starts-with", "string", "normalize-space", "string-length", "name", "local-name", "namespace-uri", "true", "false", "boolean", "number",
    };

    private static readonly HashSet<string> NodeTypes = new(StringComparer.Ordinal) { "text", "comment", "node", "processing-instruction" };

    private readonly string path;
    private readonly XmlNamespaceManager namespaces;

    private XmlSelector(string path, XmlNamespaceManager namespaces, bool endsInComment, bool hasNamesWithoutNamespace)
    {
        this.path = path;
        this.namespaces = namespaces;
        EndsInComment = endsInComment;
        HasNamesWithoutNamespace = hasNamesWithoutNamespace;
    }

    public bool EndsInComment { get; }

    /// <summary>An element is named without prefix where the patch declares no default namespace: FHIR has no such element.</summary>
    public bool HasNamesWithoutNamespace { get; }

    /// <param name="operation">Its namespaces count.</param>
    /// <exception cref="FhirException"><c>invalid</c>: no XPath, or one that goes elsewhere than down.</exception>
    public static XmlSelector Parse(string text, XmlElement operation, string label, PatchLimits limits)
    {
        if (text.Length == 0 || text.Length > limits.MaxPathLength)
            throw PatchFault.Malformed(label, FormattableString.Invariant($"'sel' has 1 to {limits.MaxPathLength:N0} characters."));
        var namespaces = new XmlNamespaceManager(new NameTable());
        namespaces.AddNamespace("f", PatchXml.Fhir);
        foreach (var (prefix, space) in operation.CreateNavigator()!.GetNamespacesInScope(XmlNamespaceScope.ExcludeXml))
            if (prefix.Length > 0) namespaces.AddNamespace(prefix, space);
        if (operation.GetNamespaceOfPrefix("") is { Length: > 0 } standard) namespaces.AddNamespace(DefaultPrefix, standard);

        var rewritten = Rewrite(text, namespaces.HasNamespace(DefaultPrefix), label, out var hasBareNames);
        try
        {
            var compiled = XPathExpression.Compile(rewritten, namespaces);
            if (compiled.ReturnType != XPathResultType.NodeSet) throw PatchFault.Malformed(label, "'sel' selects no nodes.");
        }
        catch (XPathException)
        {
            throw PatchFault.Malformed(label, "'sel' is no XPath, or uses a prefix that is not declared.");
        }

        return new XmlSelector(rewritten, namespaces, text.LastIndexOf('/') is var slash && text[(slash + 1)..].StartsWith("comment(", StringComparison.Ordinal), hasBareNames);
    }

    public List<XmlNode> Select(XmlDocument document, string label)
    {
        try
        {
            return [.. document.SelectNodes(path, namespaces)!.Cast<XmlNode>()];
        }
        catch (XPathException)
        {
            throw PatchFault.Malformed(label, "'sel' can't be evaluated.");
        }
    }

    /// <summary>Gives names without prefix the default namespace, and refuses what looks up, aside or everywhere: with that, a short selector could cost days.</summary>
    private static string Rewrite(string text, bool hasDefault, string label, out bool hasBareNames)
    {
        hasBareNames = false;
        var result = new StringBuilder(text.Length + 32);
        var before = "";
        var axis = "";
        for (var at = 0; at < text.Length;)
        {
            var token = Next(text, at);
            var isName = XmlConvert.IsStartNCNameChar(token[0]);
            var after = text.AsSpan(at + token.Length).TrimStart();
            if (token is ".." or "//" or "|" or "$" || (token == "::" && before is not ("child" or "attribute" or "self")))
                throw PatchFault.Malformed(label, $"'{(token == "::" ? before + token : token)}' is not taken in 'sel'; it goes from the root down, step by step.");
            if (isName && after.StartsWith("(", StringComparison.Ordinal) && !NodeTypes.Contains(token) && !Functions.Contains(token))
                throw PatchFault.Malformed(label, $"the function '{PatchFault.Shortened(token)}' is not taken in 'sel'.");
            if (token == "/" && before is "[" or "(" or "," or "and" or "or" or "=")
                throw PatchFault.Malformed(label, "a path inside of a predicate begins at the node it stands at, without '/'.");

            // After an operand a name is an operator: and, or, div, mod.
            var isOperator = isName && before.Length > 0 && before is not ("@" or "::" or "(" or "[" or "," or "/" or "and" or "or" or "=" or "!=" or "<" or ">" or "<=" or ">=" or "+" or "-");
            var isTest = isName && !isOperator && !after.StartsWith("(", StringComparison.Ordinal) && !after.StartsWith("::", StringComparison.Ordinal);
            if (isTest && before != "@" && !(before == "::" && axis == "attribute") && !token.Contains(':'))
            {
                if (hasDefault) result.Append(DefaultPrefix).Append(':');
                else hasBareNames = true;
            }

            result.Append(token);
            if (token == "::") axis = before;
            if (!string.IsNullOrWhiteSpace(token)) before = token;
            at += token.Length;
        }

        return result.ToString();
    }

    private static string Next(string text, int at)
    {
        var letter = text[at];
        if (letter is '"' or '\'')
        {
            var close = text.IndexOf(letter, at + 1);
            return close < 0 ? text[at..] : text[at..(close + 1)];
        }

        if (XmlConvert.IsStartNCNameChar(letter))
        {
            var end = at + 1;
            while (end < text.Length && (XmlConvert.IsNCNameChar(text[end]) || (text[end] == ':' && end + 1 < text.Length && text[end + 1] != ':' && text[end - 1] != ':'))) end++;
            return text[at..end];
        }

        var two = at + 1 < text.Length ? text.Substring(at, 2) : "";
        return two is "::" or "//" or ".." or "!=" or "<=" or ">=" ? two : letter.ToString();
    }
}
