using System.Text.RegularExpressions;
using Myeloma.Fhir.Terminology.CodeSystems;

namespace Myeloma.Fhir.Terminology.Grammars;

/// <summary>Media types: a registered top-level type, a subtype by the rules of names, and parameters. https://www.rfc-editor.org/info/bcp13</summary>
/// <remarks>Which subtypes are registered changes from week to week and is not looked at.</remarks>
internal sealed partial class MediaTypes : CodeGrammar
{
    public static readonly MediaTypes Instance = new();

    private static readonly string[] Types = ["application", "audio", "example", "font", "haptics", "image", "message", "model", "multipart", "text", "video"];

    private MediaTypes()
    {
    }

    public override string Url => "urn:ietf:bcp:13";

    public override string Name => "MimeTypes";

    public override string Title => "Media types (BCP 13)";

    /// <summary>Type, subtype and names of parameters are equal in any case of letters; values of parameters need not be, and are left as they are.</summary>
    public override bool IsCaseSensitive => false;

    public override IReadOnlyList<PropertyDefinition> Properties => [new("type", null, "code"), new("subtype", null, "code")];

    internal override ConceptSource? Read(string code, out string? fault)
    {
        var parts = Form().Match(code);
        fault = !parts.Success ? $"'{code}' is no media type: a type, a slash, a subtype and parameters after semicolons were expected, as in 'text/plain; charset=utf-8'."
            : Types.Contains(parts.Groups["type"].Value.ToLowerInvariant()) || parts.Groups["type"].Value.StartsWith("x-", StringComparison.OrdinalIgnoreCase) ? null
            : $"'{parts.Groups["type"].Value}' is no registered top-level type of media; those are {string.Join(", ", Types)}.";
        if (fault is not null) return null;
        return new ConceptSource(code, code, null, -1)
        {
            Properties = [new("type", "code", parts.Groups["type"].Value.ToLowerInvariant()), new("subtype", "code", parts.Groups["subtype"].Value.ToLowerInvariant())],
        };
    }

    /// <summary>Restricted names of https://www.rfc-editor.org/rfc/rfc6838#section-4.2, parameters of https://www.rfc-editor.org/rfc/rfc9110#section-5.6.6, whose values may hold spaces without quotes, since R4's examples write them so.</summary>
    [GeneratedRegex("""^(?<type>[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126})/(?<subtype>[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126})([ \t]*;[ \t]*[A-Za-z0-9!#$%&'*+.^_`|~-]+=("([^"\\]|\\.)*"|[^;"]+))*$""", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
