using System.Text;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Patch.Tests;

/// <remarks>https://www.rfc-editor.org/rfc/rfc6902</remarks>
public sealed class JsonPatchTests
{
    [Theory]
    [InlineData("""{"a":1.50,"b":[1,2]}""", """[{"op":"remove","path":"/b/0"}]""", """{"a":1.50,"b":[2]}""")]
    [InlineData("""{ "a" : 1.50 ,  "b" : true }""", """[{"op":"replace","path":"/b","value":false}]""", """{ "a" : 1.50 ,  "b" : false }""")]
    [InlineData("""{"a/b":1,"m~n":2}""", """[{"op":"remove","path":"/a~1b"},{"op":"test","path":"/m~0n","value":2}]""", """{"m~n":2}""")]
    [InlineData("""{"a":[1]}""", """[{"op":"remove","path":"/a/0"}]""", "{}")]
    [InlineData("""{"a":[1]}""", """[{"op":"remove","path":"/a/0"},{"op":"add","path":"/a/-","value":2}]""", """{"a":[2]}""")]
    [InlineData("""{"x":1,"a":{"b":{"c":1}}}""", """[{"op":"remove","path":"/a/b/c"}]""", """{"x":1}""")]
    [InlineData("""{"a":{"b":1}}""", """[{"op":"copy","from":"/a","path":"/c"},{"op":"replace","path":"/c/b","value":2}]""", """{"a":{"b":1},"c":{"b":2}}""")]
    [InlineData("""{"a":1}""", """[{"op":"test","path":"/a","value":1.0}]""", """{"a":1}""")]
    [InlineData("""{"a":{"x":[1,"\u00e9"],"y":null}}""", """[{"op":"test","path":"/a","value":{"y":null,"x":[10e-1,"é"]}}]""", """{"a":{"x":[1,"\u00e9"],"y":null}}""")]
    [InlineData("""{"birthDate":"1970","_birthDate":{"id":"b"}}""", """[{"op":"remove","path":"/_birthDate/id"}]""", """{"birthDate":"1970"}""")]
    public void A_patch_changes_what_it_names_and_leaves_the_rest_as_written(string json, string patch, string expected) =>
        Assert.Equal(expected, Apply(json, patch));

    [Theory]
    [InlineData("""[{"op":"remove","path":"/x"}]""", "patch[0] (remove /x): there is nothing at '/x'.")]
    [InlineData("""[{"op":"test","path":"/a","value":1},{"op":"remove","path":"/l/2"}]""", "patch[1] (remove /l/2): '2' is no place in an array of 2 items; they count from 0, without leading zeros.")]
    [InlineData("""[{"op":"replace","path":"/l/-","value":1}]""", "patch[0] (replace /l/-): '-' is no place in an array of 2 items; they count from 0, without leading zeros.")]
    [InlineData("""[{"op":"add","path":"/l/01","value":1}]""", "patch[0] (add /l/01): '01' is no place in an array of 2 items; they count from 0, without leading zeros.")]
    [InlineData("""[{"op":"add","path":"/a/b","value":1}]""", "patch[0] (add /a/b): '/a' is neither object nor array.")]
    [InlineData("""[{"op":"test","path":"/a","value":"1"}]""", "patch[0] (test /a): the value is 1, not \"1\".")]
    [InlineData("""[{"op":"move","from":"/o","path":"/o/p"}]""", "patch[0] (move /o/p): '/o' can't be moved into itself.")]
    [InlineData("""[{"op":"copy","from":"/y","path":"/z"}]""", "patch[0] (copy /z) from /y: there is nothing at '/y'.")]
    [InlineData("""[{"op":"remove","path":""}]""", "patch[0] (remove \"\"): the whole document can't be removed.")]
    public void What_does_not_fit_the_document_names_operation_and_pointer(string patch, string expected) =>
        Assert.Equal((IssueType.BusinessRule, expected), Fault("""{"a":1,"l":[1,2],"o":{"p":1}}""", patch));

    [Theory]
    [InlineData("""{"op":"remove","path":"/a"}""", "A JSON Patch is an array of operations, each with 'op' and 'path'.")]
    [InlineData("""[{"op":]""", "The patch is not JSON here. (line 1, column 8)")]
    [InlineData("""[{"op":"erase","path":"/a"}]""", "patch[0]: 'erase' is no operation; there are add, remove, replace, move, copy and test.")]
    [InlineData("""[{"op":"add","path":"/a"}]""", "patch[0] (add /a): the operation has no 'value'.")]
    [InlineData("""[{"op":"remove"}]""", "patch[0]: the operation has no 'path', a string.")]
    [InlineData("""[{"op":"remove","path":"a"}]""", "patch[0]: a pointer begins with '/' or is empty, not 'a'.")]
    [InlineData("""[{"op":"remove","path":"/~2"}]""", "patch[0]: in the pointer '/~2' a '~' is not followed by 0 or 1.")]
    [InlineData("""[{"op":"remove","path":"/\ud800"}]""", "patch[0]: a string holds half of a surrogate pair; it stands for no character.")]
    [InlineData("""[{"op":"remove","path":"/a","path":"/b"}]""", "An object of the patch names a property twice; which of the values counts can't be known.")]
    public void A_broken_patch_is_told_from_one_that_does_not_fit(string patch, string expected)
    {
        var (type, words) = Fault("""{"a":1}""", patch);

        Assert.True(type is IssueType.Invalid or IssueType.Structure);
        Assert.Equal(expected, words);
    }

    [Fact]
    public void Copies_of_copies_end_at_the_limit_of_size()
    {
        var patch = "[" + string.Join(',', Enumerable.Repeat("""{"op":"copy","from":"","path":"/a"}""", 60)) + "]";

        Assert.Equal(IssueType.TooLong, Fault("""{"a":"0123456789","b":"0123456789"}""", patch, PatchLimits.Default with
        {
            Parse = PatchLimits.Default.Parse with { MaxBytes = 2_500 },
        }).Type);
        Assert.Equal(IssueType.TooCostly, Fault("{}", patch, PatchLimits.Default with { MaxOperations = 59 }).Type);
    }

    private static string Apply(string json, string patch) => Encoding.UTF8.GetString(JsonPatch.Apply(Encoding.UTF8.GetBytes(json), Encoding.UTF8.GetBytes(patch)));

    private static (IssueType Type, string Words) Fault(string json, string patch, PatchLimits? limits = null)
    {
        var issue = Assert.Single(Assert.Throws<FhirException>(() => JsonPatch.Apply(Encoding.UTF8.GetBytes(json), Encoding.UTF8.GetBytes(patch), limits)).Issues);
        return (issue.Type, issue.Diagnostics);
    }
}
