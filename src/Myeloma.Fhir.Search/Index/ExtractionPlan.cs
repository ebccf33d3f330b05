using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Search.Parameters;

namespace Myeloma.Fhir.Search.Index;

/// <summary>The parameters of one resource type, compiled.</summary>
internal sealed class ExtractionPlan
{
    private readonly Step[] steps;

    /// <summary>Ids of <c>_text</c> and <c>_content</c>; 0 for a type without.</summary>
    private readonly int narrativeId, contentId;

    public ExtractionPlan(IReadOnlyList<SearchParameter> parameters)
    {
        steps = [.. parameters.Where(parameter => parameter is { HasRows: true, Expression: not null }).Select(Compile)];
        narrativeId = IdOf(SearchParameter.NarrativeCode);
        contentId = IdOf(SearchParameter.ContentCode);

        int IdOf(string code) => parameters.FirstOrDefault(parameter => parameter.IsFullText && parameter.Code == code)?.Id ?? 0;
    }

    public void Run(Element root, RowBuilder rows)
    {
        if (narrativeId > 0 || contentId > 0) FullTextIndex.Add(root, narrativeId, contentId, rows);
        var environment = new EvaluationContext { Resource = root, RootResource = root };
        foreach (var step in steps)
        {
            if (step.Expression is null)
            {
                rows.Rows.Issues.Add(step.Fault!);
                continue;
            }

            try
            {
                var values = step.Expression.Evaluate(root);
                if (values.Count == 0) continue;
                if (step.Components.Length == 0) rows.Add(step.Parameter, values);
                else AddItems(step, values, environment, rows);
            }
            catch (FhirException exception)
            {
                // A resource is kept even when one of its parameters can't be evaluated; the writer is told.
                foreach (var issue in exception.Issues) rows.Rows.Issues.Add(Warning(step.Parameter, issue));
            }
        }
    }

    /// <summary>Each element where every component has a value, by itself: values of two elements are never combined.</summary>
    private static void AddItems(Step step, Collection items, EvaluationContext environment, RowBuilder rows)
    {
        var isPresent = false;
        for (var at = 0; at < items.Count; at++)
        {
            if (!items[at].IsElement) continue;
            var parts = new Collection[step.Components.Length];
            for (var part = 0; part < parts.Length; part++) parts[part] = step.Components[part].Evaluate(items[at].Element, environment);
            if (Array.Exists(parts, values => values.Count == 0)) continue;
            for (var part = 0; part < parts.Length; part++) rows.AddComponent(step.Parameter.Components[part], parts[part], at);
            isPresent = true;
        }

        if (isPresent) rows.Rows.Present.Add(step.Parameter.Id);
    }

    private static Step Compile(SearchParameter parameter)
    {
        try
        {
            return new Step(
                parameter, FhirPathExpression.Parse(parameter.Expression!), [.. parameter.Components.Select(component => FhirPathExpression.Parse(component.Expression!))], null);
        }
        catch (FhirException exception)
        {
            return new Step(parameter, null, [], Warning(parameter, exception.Issues[0]));
        }
    }

    private static Issue Warning(SearchParameter parameter, Issue issue) =>
        Issue.Warning(issue.Type, $"The resource can't be found by '{parameter.Code}': {issue.Diagnostics}", parameter.ResourceType);

    /// <param name="Expression">Null when there is a fault.</param>
    /// <param name="Components">Of a composite parameter, started at each element that <paramref name="Expression"/> gives.</param>
    private sealed record Step(SearchParameter Parameter, FhirPathExpression? Expression, FhirPathExpression[] Components, Issue? Fault);
}
