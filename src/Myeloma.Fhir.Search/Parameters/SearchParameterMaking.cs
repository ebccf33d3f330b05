using System.Security.Cryptography;
using System.Text;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Search.Parameters;

/// <summary>From a definition to the parameter of one type.</summary>
internal static class SearchParameterMaking
{
    /// <summary>A new number when the rows that extraction makes of the same expression change: everything is indexed anew then.</summary>
    private const string RowsVersion = "1";

    /// <summary>The same for quantities alone.</summary>
    private const string QuantityRowsVersion = "2";

    public static SearchParameter Make(SearchParameterDefinition definition, string resourceType, R4Schema schema)
    {
        var type = TypeOf(definition.Type);
        var expression = definition.Expression is { } text ? ExpressionBranches.For(text, resourceType, schema) : null;
        var unsupported = WhyNot(definition, type, expression);
        return new SearchParameter
        {
            Id = 0,
            ResourceType = resourceType,
            Code = definition.Code,
            Url = definition.Url,
            Type = type,
            Expression = expression,
            Targets = type == SearchParameterType.Reference ? TargetsOf(definition, schema) : [],
            Description = definition.Description,
            Unsupported = unsupported,
            IsIndexed = unsupported is null,
            HasRows = unsupported is null && definition.Code is not ("_id" or "_lastUpdated"),
            DefinitionHash = Hash($"{(type == SearchParameterType.Quantity ? QuantityRowsVersion : RowsVersion)}\n{definition.Type}\n{expression}\n{string.Join(',', definition.Target)}"),
            HasCanonicals = type == SearchParameterType.Reference && expression is not null
                && ExpressionBranches.MayBeCanonical(expression, resourceType, schema),
        };
    }

    public static SearchParameterType TypeOf(string code) => code switch
    {
        "number" => SearchParameterType.Number,
        "date" => SearchParameterType.Date,
        "string" => SearchParameterType.String,
        "token" => SearchParameterType.Token,
        "reference" => SearchParameterType.Reference,
        "composite" => SearchParameterType.Composite,
        "quantity" => SearchParameterType.Quantity,
        "uri" => SearchParameterType.Uri,
        _ => SearchParameterType.Special,
    };

    private static string? WhyNot(SearchParameterDefinition definition, SearchParameterType type, string? expression) => type switch
    {
        SearchParameterType.Composite => $"Search parameter '{definition.Code}' combines several parameters; composite parameters are not supported.",
        SearchParameterType.Special => $"Search parameter '{definition.Code}' needs an evaluation of its own, which is not supported.",
        _ when expression is null => $"Search parameter '{definition.Code}' is not supported.",
        _ => null,
    };

    private static IReadOnlyList<string> TargetsOf(SearchParameterDefinition definition, R4Schema schema) =>
        definition.Target.Count == 0 || definition.Target.Contains("Resource") ? schema.ResourceTypes : definition.Target;

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(..16));
}
