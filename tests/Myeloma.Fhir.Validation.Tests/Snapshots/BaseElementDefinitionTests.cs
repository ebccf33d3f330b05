using System.Text;
using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Validation.Snapshots;

namespace Myeloma.Fhir.Validation.Tests.Snapshots;

/// <summary><c>elementDefinition()</c>. https://hl7.org/fhir/R4/fhirpath.html#functions</summary>
public sealed class BaseElementDefinitionTests
{
    private static readonly EvaluationContext Context = new Validator().ForExpressions();

    private static readonly Element Observation = ResourceDocument.Parse("""
        {"resourceType":"Observation","id":"o","status":"final","code":{"text":"c"},"contained":[{"resourceType":"Patient","id":"p","name":[{"family":"Berg"}],"contact":[{"gender":"female"}]}],
         "subject":{"reference":"#p"},"valueQuantity":{"value":1},"component":[{"code":{"text":"a"},"referenceRange":[{"low":{"value":1}}]}]}
        """u8.ToArray()).Root;

    [Theory]
    [InlineData("$this", "Observation 0 *")]
    [InlineData("id", "Observation.id 0 1")]
    [InlineData("status", "Observation.status 1 1")]
    [InlineData("value", "Observation.value[x] 0 1")]
    [InlineData("value.value", "Quantity.value 0 1")]
    [InlineData("contained", "Observation.contained 0 *")]
    [InlineData("contained.name.family", "HumanName.family 0 1")]
    [InlineData("contained.contact.gender", "Patient.contact.gender 0 1")]
    [InlineData("component.referenceRange", "Observation.component.referenceRange 0 *")]
    [InlineData("component.referenceRange.low", "Observation.referenceRange.low 0 1")]
    [InlineData("code.text | status", "CodeableConcept.text 0 1, Observation.status 1 1")]
    [InlineData("1 + 1", "")]
    [InlineData("note", "")]
    public void An_element_has_the_definition_of_the_place_where_it_stands(string expression, string expected) =>
        Assert.Equal(expected, string.Join(", ", Evaluate($"({expression}).elementDefinition().select(path & ' ' & min.toString() & ' ' & max)").Select(item => item.Text)));

    [Theory]
    [InlineData("status.elementDefinition().binding.strength", "required")]
    [InlineData("subject.elementDefinition().type.code", "Reference")]
    [InlineData("status.elementDefinition().isModifier", "true")]
    public void It_says_what_R4_says(string expression, string expected) => Assert.Equal(expected, Assert.Single(Evaluate(expression)).Text);

    [Fact]
    public void What_every_resource_has_is_defined_under_the_name_of_each_type()
    {
        var missing = new List<string>();
        foreach (var name in R4Schema.Instance.ResourceTypes)
        {
            var root = ResourceDocument.Parse(Encoding.UTF8.GetBytes($$"""{"resourceType":"{{name}}","id":"a","meta":{"versionId":"1"},"language":"en"}""")).Root;
            foreach (var element in root.Children().ToList().Append(root))
                if (BaseElementDefinitions.Find(element) is not { } found || found.TextOf("path") != (element == root ? name : $"{name}.{element.Name}")) missing.Add($"{name}: {element.Name}");
        }

        Assert.Empty(missing);
    }

    private static Collection Evaluate(string expression) => FhirPathExpression.Parse(expression).Evaluate(Observation, Context);
}
