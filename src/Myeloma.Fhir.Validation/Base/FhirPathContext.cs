using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Validation.Base;

/// <summary>The contexts of extensions that are FHIRPath. https://hl7.org/fhir/R4/valueset-extension-context-type.html</summary>
internal static class FhirPathContext
{
    private static readonly ExpressionCache Cache = new();

    /// <summary>A rule about where an extension may be used, over the element that it stands in, with the extension as <c>%extension</c>.</summary>
    /// <returns>True when it can't be evaluated, and when it says nothing.</returns>
    public static bool IsMet(string rule, Element parent, Element extension, ResourceScope scope)
    {
        try
        {
            var variables = new Dictionary<string, Collection> { ["extension"] = Collection.Of(extension) };
            var result = Cache.Get(rule).Evaluate(parent, scope.Context with { Variables = variables });
            return result.Count == 0 || result.IsTrue;
        }
        catch (FhirException)
        {
            return true;
        }
    }

    /// <returns>Whether the expression, over the resource, gives the parent among others; true when it can't be evaluated.</returns>
    public static bool Holds(string expression, Element parent, ResourceScope scope)
    {
        try
        {
            var result = Cache.Get(expression).Evaluate(scope.Resource, scope.Context);
            foreach (var item in result)
                if (item.IsElement && item.Element == parent) return true;
            return result.IsTrue;
        }
        catch (FhirException)
        {
            return true;
        }
    }
}
