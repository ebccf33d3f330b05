using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.TestSupport;

namespace Myeloma.Fhir.FhirPath.Tests.Schema;

/// <summary>The expressions that R4 itself publishes: search parameters and invariants.</summary>
public sealed class PublishedExpressionTests
{
    private static IReadOnlyList<(string Code, string Text)> SearchExpressions { get; } =
    [
        .. R4Schema.Instance.SearchParameters.Where(parameter => parameter.Expression is not null).Select(parameter => (parameter.Code, parameter.Expression!)),
        .. R4Schema.Instance.SearchParameters.SelectMany(parameter => parameter.Components.Select(component => (parameter.Code, component.Expression))),
    ];

    [Fact]
    public void The_expression_of_every_search_parameter_parses()
    {
        Assert.True(SearchExpressions.Count > 1_400);

        foreach (var (_, text) in SearchExpressions) FhirPathExpression.Parse(text);
    }

    [Fact]
    public void Every_invariant_of_every_type_parses()
    {
        var seen = new HashSet<TypeSchema>();
        var expressions = new HashSet<string>();
        foreach (var name in R4Schema.Instance.ResourceTypes) Collect(R4Schema.Instance.FindType(name)!, seen, expressions);

        Assert.True(expressions.Count > 150, $"{expressions.Count} different invariants");
        foreach (var text in expressions) FhirPathExpression.Parse(text);
    }

    private static void Collect(TypeSchema type, HashSet<TypeSchema> seen, HashSet<string> expressions)
    {
        if (!seen.Add(type)) return;
        foreach (var constraint in type.Constraints) expressions.Add(constraint.Expression);
        foreach (var element in type.Elements)
        {
            foreach (var constraint in element.Constraints) expressions.Add(constraint.Expression);
            foreach (var reference in element.Types) Collect(reference.Type, seen, expressions);
        }
    }

    [ConformanceFact]
    public void Every_search_parameter_is_evaluated_over_every_published_example()
    {
        var parameters = R4Schema.Instance.SearchParameters.Where(parameter => parameter.Expression is not null)
            .Select(parameter => (parameter.Base, Expression: FhirPathExpression.Parse(parameter.Expression!))).ToList();
        var found = 0;
        foreach (var file in Directory.EnumerateFiles(ConformanceFolder.Suite("examples"), "*.json", SearchOption.AllDirectories))
        {
            var root = ResourceDocument.Parse(File.ReadAllBytes(file)).Root;
            foreach (var (_, expression) in parameters.Where(parameter => parameter.Base.Any(root.Type.IsA)))
            {
                foreach (var item in expression.Evaluate(root))
                {
                    found++;
                    Assert.True(item.IsElement || item.Value is Types.SystemValue.Boolean, $"{expression}: {item.TypeName}");
                }
            }
        }

        Assert.True(found > 2_000, $"{found} values found");
    }

    [ConformanceFact]
    public void Every_invariant_of_a_resource_is_evaluated_over_every_published_example()
    {
        var context = EvaluationContext.Default with { HtmlChecks = _ => true, Resolve = _ => null };
        var cache = new ExpressionCache();
        var failed = new List<string>();
        foreach (var file in Directory.EnumerateFiles(ConformanceFolder.Suite("examples"), "*.json", SearchOption.AllDirectories))
        {
            var root = ResourceDocument.Parse(File.ReadAllBytes(file)).Root;
            for (var type = root.Type; type is not null; type = type.BaseType)
                foreach (var constraint in type.Constraints.Where(constraint => constraint.IsError))
                    if (!cache.Get(constraint.Expression).Evaluate(root, context).IsTrue) failed.Add($"{Path.GetFileName(file)} {constraint.Key}");
        }

        Assert.True(failed.Count == 0, string.Join('\n', failed.Distinct().Take(30)));
    }
}
