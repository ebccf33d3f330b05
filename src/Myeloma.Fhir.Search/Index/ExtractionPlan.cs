using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Search.Parameters;

namespace Myeloma.Fhir.Search.Index;

/// <summary>The parameters of one resource type, compiled.</summary>
internal sealed class ExtractionPlan
{
    private readonly (SearchParameter Parameter, FhirPathExpression? Expression, Issue? Fault)[] steps;

    public ExtractionPlan(IReadOnlyList<SearchParameter> parameters) =>
        steps = [.. parameters.Where(parameter => parameter is { HasRows: true, Expression: not null }).Select(Compile)];

    public void Run(Element root, RowBuilder rows)
    {
        foreach (var (parameter, expression, fault) in steps)
        {
            if (expression is null)
            {
                rows.Rows.Issues.Add(fault!);
                continue;
            }

            try
            {
                var values = expression.Evaluate(root);
                if (values.Count > 0) rows.Add(parameter, values);
            }
            catch (FhirException exception)
            {
                // A resource is kept even when one of its parameters can't be evaluated; the writer is told.
                foreach (var issue in exception.Issues) rows.Rows.Issues.Add(Warning(parameter, issue));
            }
        }
    }

    private static (SearchParameter, FhirPathExpression?, Issue?) Compile(SearchParameter parameter)
    {
        try
        {
            return (parameter, FhirPathExpression.Parse(parameter.Expression!), null);
        }
        catch (FhirException exception)
        {
            return (parameter, null, Warning(parameter, exception.Issues[0]));
        }
    }

    private static Issue Warning(SearchParameter parameter, Issue issue) =>
        Issue.Warning(issue.Type, $"The resource can't be found by '{parameter.Code}': {issue.Diagnostics}", parameter.ResourceType);
}
