using System.Security.Cryptography;
using System.Text;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Search.Parameters;

/// <summary>From a definition to the parameter of one type.</summary>
/// <param name="custom">Definitions of the database; a component may name one of them.</param>
internal sealed class SearchParameterMaking(R4Schema schema, IReadOnlyList<SearchParameterDefinition> custom)
{
    /// <summary>A new number when the rows that extraction makes of the same expression change: everything is indexed anew then.</summary>
    private const string RowsVersion = "1";

    /// <summary>The same for quantities alone.</summary>
    private const string QuantityRowsVersion = "2";

    /// <summary>The same for tokens alone.</summary>
    private const string TokenRowsVersion = "2";

    /// <summary>Ids that follow that of a parameter and are its own.</summary>
    private const int MaxComponents = 3;

    private readonly Dictionary<string, SearchParameterDefinition> byUrl = ByUrl(schema, custom);

    public SearchParameter Make(SearchParameterDefinition definition, string resourceType)
    {
        var type = TypeOf(definition.Type);
        var expression = definition.Expression is { } text ? ExpressionBranches.For(text, resourceType, schema) : null;
        var components = type == SearchParameterType.Composite ? Components(definition, resourceType) : [];
        var unsupported = WhyNot(definition, type, expression, components);
        return new SearchParameter
        {
            Id = 0,
            ResourceType = resourceType,
            Code = definition.Code,
            Url = definition.Url,
            Type = type,
            Expression = expression,
            Targets = type == SearchParameterType.Reference ? TargetsOf(definition) : [],
            Description = definition.Description,
            Unsupported = unsupported,
            IsIndexed = unsupported is null,
            HasRows = unsupported is null && definition.Code is not ("_id" or "_lastUpdated"),
            DefinitionHash = Hash($"{VersionOf(type)}\n{definition.Type}\n{expression}\n{string.Join(',', definition.Target)}{string.Concat(components.Select(Text))}"),
            HasCanonicals = type == SearchParameterType.Reference && expression is not null
                && ExpressionBranches.MayBe("uri", expression, resourceType, schema),
            HasIdentifiers = type == SearchParameterType.Token && expression is not null && ExpressionBranches.MayBe("Identifier", expression, resourceType, schema),
            Components = unsupported is null ? components : [],
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

    /// <summary>The parts in their order; those whose definition is not known, or is itself none that has values, are left out.</summary>
    private SearchParameter[] Components(SearchParameterDefinition definition, string resourceType)
    {
        List<SearchParameter> components = [];
        foreach (var (url, expression) in definition.Components)
        {
            if (byUrl.GetValueOrDefault(url.Split('|')[0]) is not { } part || TypeOf(part.Type) is SearchParameterType.Composite or SearchParameterType.Special) continue;
            components.Add(new SearchParameter
            {
                Id = 0,
                ResourceType = resourceType,
                Code = part.Code,
                Url = part.Url,
                Type = TypeOf(part.Type),
                Expression = OwnExpression(definition, part, expression),
                Targets = TypeOf(part.Type) == SearchParameterType.Reference ? TargetsOf(part) : [],
                HasCanonicals = TypeOf(part.Type) == SearchParameterType.Reference,
                IsComponent = true,
            });
        }

        return [.. components];
    }

    /// <summary>
    /// R4 gives two components each the other's expression (DocumentReference.relationship); where the expression of a component's own definition
    /// continues that of the composite as another component does, that one is meant. https://hl7.org/fhir/R4/documentreference.html#search
    /// </summary>
    private static string OwnExpression(SearchParameterDefinition composite, SearchParameterDefinition part, string expression)
    {
        foreach (var (_, other) in composite.Components)
            if (part.Expression == $"{composite.Expression}.{other}") return other;

        // The cast to a dateTime is written with the capital of FHIRPath's own type.
        return expression.Replace(".as(DateTime)", ".as(dateTime)", StringComparison.Ordinal);
    }

    private static string VersionOf(SearchParameterType type) => type switch
    {
        SearchParameterType.Quantity => QuantityRowsVersion,
        SearchParameterType.Token => TokenRowsVersion,
        _ => RowsVersion,
    };

    private static string Text(SearchParameter component) => $"\n{component.Type}\n{component.Expression}";

    private static string? WhyNot(SearchParameterDefinition definition, SearchParameterType type, string? expression, SearchParameter[] components) => type switch
    {
        SearchParameterType.Special when definition.Url == SearchParameter.NearUrl && expression is not null => null,
        SearchParameterType.Special => $"Search parameter '{definition.Code}' needs an evaluation of its own, which is not supported.",
        SearchParameterType.String when expression is null && definition.Code is SearchParameter.NarrativeCode or SearchParameter.ContentCode => null,
        _ when expression is null => $"Search parameter '{definition.Code}' is not supported.",
        SearchParameterType.Composite when components.Length != definition.Components.Count || components.Length is < 2 or > MaxComponents =>
            $"Search parameter '{definition.Code}' is not supported: a composite parameter has two or three components, each a known search parameter that is neither composite nor special.",
        _ => null,
    };

    private IReadOnlyList<string> TargetsOf(SearchParameterDefinition definition) =>
        definition.Target.Count == 0 || definition.Target.Contains("Resource") ? schema.ResourceTypes : definition.Target;

    private static Dictionary<string, SearchParameterDefinition> ByUrl(R4Schema schema, IReadOnlyList<SearchParameterDefinition> custom)
    {
        Dictionary<string, SearchParameterDefinition> byUrl = new(StringComparer.Ordinal);
        foreach (var definition in schema.SearchParameters) byUrl.TryAdd(definition.Url, definition);
        foreach (var definition in custom) byUrl[definition.Url] = definition;
        return byUrl;
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(..16));
}
